/** Promises of the code that the playground shows: it compiles under strict settings for every combination of parts, and tells no secret. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setupCode } from '../../src/playground/code/setup-code.ts'
import { setUps } from './setup-variants.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../../', import.meta.url))
const workspace = '/tmp/a "quoted" place'

let folder = ''
beforeAll(async () => {
  // Inside of the package, where its own packages are found by their names.
  folder = await mkdtemp(join(root, 'packages/cli/test/playground/setup-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('compiles for every combination of parts', async () => {
  const all = setUps(workspace)
  expect(all.length).toBeGreaterThan(800)
  const codes = new Set(all.map(setupCode))
  const files = await Promise.all(
    [...codes].map(async (code, index) => {
      const file = join(folder, `setup-${index}.ts`)
      await writeFile(file, code)
      return file
    }),
  )
  const compilerOptions = { isolatedDeclarations: false, declaration: false, noUnusedLocals: true }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions, files }))
  const compiled = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { maxBuffer: 64 * 1024 * 1024 }).then(
    () => '',
    (error: { readonly stdout: string }) => error.stdout.split('\n').slice(0, 20).join('\n'),
  )
  expect(compiled).toBe('')
}, 120_000)

test('names what it was made from, and holds no token and no header', () => {
  const withTools = setUps(workspace).filter(({ toolNames }) => toolNames?.length !== 0)
  expect(withTools.filter((settings) => !setupCode(settings).includes(JSON.stringify(workspace)))).toEqual([])
  expect(setUps(workspace).filter((settings) => /hidden-token|'secret'|"secret"/.test(setupCode(settings)))).toEqual([])
})
