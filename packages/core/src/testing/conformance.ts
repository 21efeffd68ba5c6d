/** What a conformance suite is, and how a test runner runs one against an adapter. */

/** One promise of a seam and the code that holds an adapter to it. The id is stable: READMEs and known failures cite it. */
export type Case<S> = {
  readonly id: string
  readonly title: string
  /** Takes seconds or much memory: run only when asked for. Default: false. */
  readonly heavy?: boolean
  /** Throws when the promise is broken. Gets a fresh subject that no other case has touched. */
  run(subject: S): Promise<void>
}

/** The promises of one seam. */
export type Suite<S> = { readonly seam: string; readonly cases: readonly Case<S>[] }

/** An adapter to be judged. */
export interface Candidate<S> {
  readonly name: string
  /** A fresh, empty subject for each case. */
  create(): S | Promise<S>
  destroy?(subject: S): void | Promise<void>
  /** Case id to reason. These cases still run and must still fail; one that passes, or an id that no case has, is an error. */
  readonly knownFailures?: Readonly<Record<string, string>>
  /** Run the heavy cases too. Default: false. */
  readonly heavy?: boolean
}

/** The two functions of any test runner: vitest, node:test, bun:test. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown
  test(name: string, body: () => Promise<void>): unknown
}

/** Registers one test per case. */
export function runConformance<S>(suite: Suite<S>, candidate: Candidate<S>, { describe, test }: TestRunner): void {
  const strangers = unknownIds(suite, candidate)
  describe(`${candidate.name} as ${suite.seam}`, () => {
    if (strangers.length > 0) test('knownFailures names only cases of the suite', () => Promise.reject(strangersError(suite, strangers)))
    for (const each of casesFor(suite, candidate)) {
      const reason = knownReason(candidate, each.id)
      const title = reason === undefined ? '' : ` (known failure: ${reason})`
      test(`${each.id}: ${each.title}${title}`, () => (reason === undefined ? runCase(each, candidate) : expectStillFails(each, candidate)))
    }
  })
}

/** Runs one case against a fresh subject and throws what it throws. */
export async function runCase<S>(each: Case<S>, candidate: Candidate<S>): Promise<void> {
  const subject = await candidate.create()
  try {
    await each.run(subject)
  } finally {
    await candidate.destroy?.(subject)
  }
}

/** The cases that this candidate is to run. */
export function casesFor<S>(suite: Suite<S>, candidate: Candidate<S>): readonly Case<S>[] {
  return suite.cases.filter((each) => candidate.heavy === true || each.heavy !== true)
}

/** Why a case is known to fail, or undefined when it is not. */
export function knownReason<S>({ knownFailures }: Candidate<S>, id: string): string | undefined {
  return knownFailures !== undefined && Object.hasOwn(knownFailures, id) ? knownFailures[id] : undefined
}

/** The ids in `knownFailures` that no case of the suite has. */
export function unknownIds<S>(suite: Suite<S>, { knownFailures = {} }: Candidate<S>): readonly string[] {
  return Object.keys(knownFailures).filter((id) => suite.cases.every((each) => each.id !== id))
}

/** The error for ids in `knownFailures` that no case of the suite has. */
export function strangersError<S>(suite: Suite<S>, strangers: readonly string[]): Error {
  return new Error(`knownFailures names ${strangers.join(', ')}, but ${suite.seam} has no such case: remove or correct the id`)
}

async function expectStillFails<S>(each: Case<S>, candidate: Candidate<S>): Promise<void> {
  const passed = await runCase(each, candidate).then(
    () => true,
    () => false,
  )
  if (passed) throw new Error(`${each.id} passes now: remove it from knownFailures`)
}
