/** One line of the card: a suite, an adapter that it judges, and broken ones that it has to find out. */
import { type Candidate, type Card, runCard, runConformance, type Suite, type TestRunner } from '../../core/src/testing.ts'

/** A broken subject, and the case that has to fail for it. */
export type Mutant<S> = { readonly name: string; readonly killedBy: string; readonly candidate: Candidate<S> }

export type Mutants = { readonly killed: number; readonly total: number; /** Who got away. */ readonly survivors: readonly string[] }

export type Line = { readonly card: Card; readonly mutants: Mutants | undefined }

export interface Entry {
  readonly seam: string
  readonly name: string
  /** Registers the cases with a test runner instead. */
  register(runner: TestRunner): void
  run(): Promise<Line>
}

export type EntryOptions<S> = {
  readonly mutants?: readonly Mutant<S>[]
  /** Milliseconds before a case counts as failed. */
  readonly timeoutMs?: number
}

export function entryOf<S>(suite: Suite<S>, candidate: Candidate<S>, { mutants, timeoutMs = 60_000 }: EntryOptions<S> = {}): Entry {
  return {
    seam: suite.seam,
    name: candidate.name,
    register: (runner) => runConformance(suite, candidate, runner),
    async run() {
      const card = await runCard(suite, candidate, { timeoutMs })
      return { card, mutants: mutants === undefined ? undefined : await kill(suite, mutants, timeoutMs) }
    },
  }
}

/** Side by side, since a mutant that hangs is found out by the time that it takes. */
async function kill<S>(suite: Suite<S>, mutants: readonly Mutant<S>[], timeoutMs: number): Promise<Mutants> {
  const survivors = await Promise.all(
    mutants.map(async ({ name, killedBy, candidate }) => {
      const cases = suite.cases.filter(({ id }) => id === killedBy)
      const { results } = await runCard({ seam: suite.seam, cases }, { ...candidate, name, heavy: true }, { timeoutMs })
      return results.some(({ status }) => status === 'failed') ? [] : [`${name} (${killedBy})`]
    }),
  )
  return { killed: survivors.filter((each) => each.length === 0).length, total: mutants.length, survivors: survivors.flat() }
}
