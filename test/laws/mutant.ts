/** Sources that are changed in one place, and how the tests of a law end with them. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export type Mutant = {
  /** The test that must fail: its title, or how it begins. */
  readonly kills: string
  readonly file: string
  /** Occurs once in the file. */
  readonly from: string
  readonly to: string
}

/** A law has its mutants in `<law>-mutants.ts`, and its tests here or with what they test. */
export type Law = 'choke-point' | 'order' | 'hooks' | 'hook-adapters'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const TESTS: Readonly<Record<Law, readonly string[]>> = {
  'choke-point': ['--project', 'repository', 'test/laws/choke-point.test.ts'],
  order: ['--project', 'repository', 'test/laws/order.test.ts'],
  hooks: ['--project', 'core', 'test/middleware/hooks'],
  'hook-adapters': ['--project', 'hooks', 'test/combine', 'test/command', 'test/http'],
}

type Report = {
  readonly testResults: readonly { readonly assertionResults: readonly { readonly title: string; readonly status: string }[] }[]
}

/** The tests of a law by name, as they end with one of its mutants in the sources. */
export async function ending(law: Law, mutant: number): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'seamfold-mutant-'))
  try {
    const file = join(folder, 'report.json')
    const words = ['run', '--config', 'test/laws/mutant.config.ts', ...TESTS[law], '--reporter=json']
    const env = { ...process.env, SEAMFOLD_LAW: law, SEAMFOLD_MUTANT: String(mutant) }
    await run(process.execPath, [vitest, ...words, `--outputFile=${file}`], { cwd: root, env, maxBuffer: 1e8 }).catch(() => {}) // a test is red
    const { testResults } = JSON.parse(await readFile(file, 'utf8')) as Report
    const ended = testResults.flatMap(({ assertionResults }) => assertionResults)
    // Of several that are called the same, one that failed is what is looked for.
    return new Map(
      ended.toSorted((a, b) => Number(a.status === 'failed') - Number(b.status === 'failed')).map((each) => [each.title, each.status]),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The names of a law's tests. */
export async function testNames(law: Law): Promise<readonly string[]> {
  const { stdout } = await run(process.execPath, [vitest, 'list', ...TESTS[law], '--json'], { cwd: root })
  return (JSON.parse(stdout.slice(stdout.indexOf('['))) as readonly { readonly name: string }[]).map(({ name }) => name)
}
