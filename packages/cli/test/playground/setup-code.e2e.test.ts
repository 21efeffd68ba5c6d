/** The promise of the code that the playground shows to whoever copies it: it runs as it stands. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { setupCode } from '../../src/playground/setup-code.ts'

const run = promisify(execFile)
const here = fileURLToPath(new URL('.', import.meta.url))

test('the code on the page runs an agent to its end, without a key', async () => {
  const folder = await mkdtemp(join(here, 'setup-run-'))
  try {
    const code = setupCode({
      workspace: folder,
      storePath: join(folder, 'sessions.db'),
      model: { provider: 'simulator', model: 'claude-sonnet-4-5', why: 'no key' },
      mode: 'ask',
      rules: [],
      budget: { turns: 20 },
    })
    await writeFile(join(folder, 'agent.ts'), code)
    const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', join(folder, 'agent.ts')])
    expect(stdout.trim().split('\n').at(-1)).toBe('completed')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
