/** The promise of the code that the playground shows to whoever copies it: it runs as it stands, whatever the parts. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent, policy } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'
import { serveExecutor } from '@seamfold/executor-remote'
import { setupCode } from '../../src/playground/code/setup-code.ts'
import { setUps, teamOf } from './setup-variants.ts'

const run = promisify(execFile)
const here = fileURLToPath(new URL('.', import.meta.url))

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(here, 'setup-run-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('the code on the page runs an agent to its end, without a key', async () => {
  const workspace = join(folder, 'workspace')
  await mkdir(workspace)
  await writeFile(join(workspace, 'README.md'), '# here\n\nA folder.\n')
  const serving = await serveExecutor(createAgent({ llm: scriptedLlm(['Nothing.']), permissions: policy() }).executor(), {
    port: 0,
    token: 'hidden-token',
  })
  try {
    const simulated = setUps(workspace).filter(({ model, toolNames }) => model.provider === 'simulator' && toolNames?.length !== 0)
    // One of each kind, in every store: all of them are compiled elsewhere.
    const chosen = simulated.filter((_, index) => index % 7 === 0).slice(0, 24)
    expect(new Set(chosen.map(({ storeKind }) => storeKind)).size).toBe(3)
    const ended = await Promise.all(
      chosen.map(async (settings, index) => {
        const worker = settings.worker === undefined ? {} : { worker: { ...settings.worker, url: serving.url } }
        const file = join(folder, `agent-${index}.ts`)
        await writeFile(file, setupCode({ ...settings, ...worker }, { team: teamOf(index % 2 === 0), signed: index % 3 === 0 }))
        const env = {
          ...process.env,
          SEAMFOLD_WORKER_TOKEN: 'hidden-token',
          HOOK_SECRET: 'a-secret-of-some-length',
          SEAMFOLD_ANSWER_KEY: 'a-key-of-thirty-two-letters-or-more',
        }
        const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', file], { env })
        return stdout.trim().split('\n').at(-1)
      }),
    )
    expect(ended).toEqual(chosen.map(() => 'completed'))
  } finally {
    await serving.close()
  }
})
