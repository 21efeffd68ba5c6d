/** Each path is really watched: where the gate is taken out of one, the test of that path turns red. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { CHOKE_POINT_MUTANTS } from './choke-point-mutants.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const words = [
  'run',
  '--config',
  'test/laws/choke-point.config.ts',
  '--project',
  'repository',
  'test/laws/choke-point.test.ts',
  '--reporter=json',
]

type Report = {
  readonly testResults: readonly { readonly assertionResults: readonly { readonly title: string; readonly status: string }[] }[]
}

/** The tests by name, as they end with a mutant in the sources. */
async function ending(mutant: number): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'seamfold-mutant-'))
  try {
    const file = join(folder, 'report.json')
    const env = { ...process.env, SEAMFOLD_MUTANT: String(mutant) }
    await run(process.execPath, [vitest, ...words, `--outputFile=${file}`], { cwd: root, env, maxBuffer: 1e8 }).catch(() => {}) // a test is red
    const { testResults } = JSON.parse(await readFile(file, 'utf8')) as Report
    return new Map(testResults.flatMap(({ assertionResults }) => assertionResults.map(({ title, status }) => [title, status])))
  } finally {
    await rm(folder, { recursive: true })
  }
}

test.each(CHOKE_POINT_MUTANTS.map(({ kills }, index) => [kills, index] as const))('without the gate for %s', async (kills, index) => {
  const tests = await ending(index)
  expect(tests.get(kills)).toBe('failed')
})

test('every path has a mutant', async () => {
  const { stdout } = await run(process.execPath, [vitest, 'list', '--project', 'repository', 'test/laws/choke-point.test.ts', '--json'], {
    cwd: root,
  })
  const names = (JSON.parse(stdout.slice(stdout.indexOf('['))) as readonly { readonly name: string }[]).map(({ name }) => name)
  expect(CHOKE_POINT_MUTANTS.map(({ kills }) => kills).toSorted()).toEqual(names.toSorted())
})
