/** Sources that are changed in one place, and how the tests of a law end with them. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export type Mutant = {
  /** The test that must fail. */
  readonly kills: string
  readonly file: string
  /** Occurs once in the file. */
  readonly from: string
  readonly to: string
}

/** A law: its tests are in `<law>.test.ts`, its mutants in `<law>-mutants.ts`. */
export type Law = 'choke-point' | 'order'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const testsOf = (law: Law): string => `test/laws/${law}.test.ts`

type Report = {
  readonly testResults: readonly { readonly assertionResults: readonly { readonly title: string; readonly status: string }[] }[]
}

/** The tests of a law by name, as they end with one of its mutants in the sources. */
export async function ending(law: Law, mutant: number): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'seamfold-mutant-'))
  try {
    const file = join(folder, 'report.json')
    const words = ['run', '--config', 'test/laws/mutant.config.ts', '--project', 'repository', testsOf(law), '--reporter=json']
    const env = { ...process.env, SEAMFOLD_LAW: law, SEAMFOLD_MUTANT: String(mutant) }
    await run(process.execPath, [vitest, ...words, `--outputFile=${file}`], { cwd: root, env, maxBuffer: 1e8 }).catch(() => {}) // a test is red
    const { testResults } = JSON.parse(await readFile(file, 'utf8')) as Report
    return new Map(testResults.flatMap(({ assertionResults }) => assertionResults.map(({ title, status }) => [title, status])))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The names of a law's tests. */
export async function testNames(law: Law): Promise<readonly string[]> {
  const { stdout } = await run(process.execPath, [vitest, 'list', '--project', 'repository', testsOf(law), '--json'], { cwd: root })
  return (JSON.parse(stdout.slice(stdout.indexOf('['))) as readonly { readonly name: string }[]).map(({ name }) => name)
}
