/** Copies the sample project, which has a bug and a test that shows it, to where it may be changed. */
import { cp, mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { existsSync } from 'node:fs'
import { AgentError } from '@seamfold/core/kit'

/** A fresh copy in a temporary folder of its own; returns its path. */
export async function copySample(): Promise<string> {
  const parent = await realpath(await mkdtemp(join(tmpdir(), 'seamfold-demo-')))
  const workspace = join(parent, 'sample')
  await fill(workspace)
  return workspace
}

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
