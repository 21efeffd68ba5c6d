/** Copies the sample project, which has a bug and a test that shows it, to where it may be changed. */
import { cp, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { existsSync } from 'node:fs'
import { AgentError } from '@seamfold/core/kit'
import { keepFolder, keepIfLeft, makeOwnFolder } from './own-folder.ts'

const prefix = 'seamfold-demo-'

/** A fresh copy in a temporary folder of its own, which is removed some day unless it is kept; returns its path. */
export async function copySample(): Promise<string> {
  const workspace = join(await makeOwnFolder(prefix), 'sample')
  await fill(workspace)
  return workspace
}

/** The person was told where the copy is: it stays. */
export const keepSample = (workspace: string): Promise<void> => keepFolder(dirname(workspace))

/** Whoever works in a copy whose process was killed keeps it. */
export const keepSampleIfLeft = (workspace: string): Promise<void> => keepIfLeft(dirname(workspace), prefix)

/** Makes a copy what it was at first. Its journal stays. */
export async function renewSample(workspace: string): Promise<void> {
  const left = (await readdir(workspace)).filter((name) => name !== '.seamfold')
  await Promise.all(left.map((name) => rm(join(workspace, name), { recursive: true, force: true })))
  await fill(workspace)
}

const fill = (workspace: string): Promise<void> =>
  cp(sampleFolder(), workspace, { recursive: true, filter: (path) => !/[\\/](node_modules|\.seamfold)$/.test(path) })

/** The sample lies beside the built program, and beside its sources. */
function sampleFolder(): string {
  const found = ['../sample', '../../sample']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((folder) => existsSync(folder))
  if (found === undefined)
    throw new AgentError('internal', 'The sample project is missing from this installation. Install @seamfold/cli again.')
  return found
}
