/** Promises of the code that the playground shows: it compiles under strict settings for every way to set an agent up, and it runs. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setupCode } from '../../src/playground/setup-code.ts'
import type { Settings } from '../../src/setup/settings.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../../', import.meta.url))

const base: Settings = {
  workspace: '/tmp/a "quoted" place',
  storePath: '/tmp/sessions.db',
  model: { provider: 'simulator', model: 'claude-sonnet-4-5', why: 'no key' },
  mode: 'ask',
  rules: [{ allow: { tool: 'bash', command: 'git status' } }],
  budget: { turns: 5 },
}

const variants: readonly Settings[] = [
  base,
  { ...base, mode: 'auto-edit', instructions: 'Two\nlines, `ticks` and ${nothing}.' },
  { ...base, mode: 'full', rules: [], budget: {} },
  {
    ...base,
    mode: 'read-only',
    model: { provider: 'anthropic', model: 'claude-sonnet-4-5', why: 'key', keyVariable: 'ANTHROPIC_API_KEY' },
  },
  { ...base, budget: { usd: 1, tokens: 10 }, model: { provider: 'openai', model: 'm', why: 'chosen', baseURL: 'http://127.0.0.1:1/v1' } },
]

let folder = ''
beforeAll(async () => {
  // Inside of the package, where its own packages are found by their names.
  folder = await mkdtemp(join(root, 'packages/cli/test/playground/setup-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('compiles for every provider and every mode', async () => {
  const files = await Promise.all(
    variants.map(async (settings, index) => {
      const file = join(folder, `setup-${index}.ts`)
      await writeFile(file, setupCode(settings))
      return file
    }),
  )
  const config = { extends: join(root, 'tsconfig.base.json'), compilerOptions: { isolatedDeclarations: false, declaration: false }, files }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiled = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder]).then(
    () => '',
    (error: { readonly stdout: string }) => error.stdout,
  )
  expect(compiled).toBe('')
}, 60_000)

test('names what it was made from', async () => {
  const code = await readFile(join(folder, 'setup-0.ts'), 'utf8')
  expect(code).toContain(JSON.stringify(base.workspace))
  expect(code).toContain('"git status"')
})
