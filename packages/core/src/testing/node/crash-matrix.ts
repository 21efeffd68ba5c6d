/** `crashMatrix`: kills a piece of work at every place where it can be killed, and checks that nothing is lost or done twice. */
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgentError } from '../../base/errors.ts'
import { orderedParallel } from '../../base/ordered-parallel.ts'
import { comparable } from './comparable.ts'
import { countedTools, type Reference, startedCalls } from './crash-laws.ts'
import { Cut, cutAndJudge, type CutOptions, type CutResult } from './crash-cut.ts'
import type { CrashScenario } from './crash-scenario.ts'

export interface CrashMatrixOptions {
  /** Lose whatever was not synced, at each kill. Default: false, and what was stored stays. */
  readonly powerLoss?: boolean
  /** Cut at every n-th place only. Default: 1. */
  readonly every?: number
  /** How many of the resuming processes are killed too, each at another place. Default: 0. */
  readonly again?: number
  /** Kill all of those at this place of theirs, counted from 1: a run that gets nowhere must end all the same. Default: spread. */
  readonly againAt?: number
  /** Cuts at the same time. Default: one per processor. */
  readonly parallel?: number
  /** Milliseconds after which a process counts as hanging. Default: 60,000. */
  readonly timeoutMs?: number
  /** Folders are made in here. Those of cuts that broke a law are kept. Default: the system's temporary folder. */
  readonly directory?: string
}

/** What a matrix found. */
export interface CrashMatrixResult {
  readonly scenario: string
  readonly powerLoss: boolean
  readonly again: number
  /** Places where the uninterrupted work could have been killed. */
  readonly places: number
  readonly cuts: readonly CutResult[]
  /** All violations, each with where the processes were killed. Empty when every law holds. */
  readonly violations: readonly string[]
}

/**
 * Runs the work once uninterrupted, then once for every place: around each append and deletion of the store, around each tool's
 * work and within it, and around and within each reply of the model. Each time a child process is killed there with SIGKILL and a
 * new one goes on.
 *
 * Checked are: every record that the store promised is still there; every effect that a tool notes in `world.effects` happened
 * once, or is reported unknown where the tool has no `probe`; where nothing became unknown and no run was given up the state is the
 * one of the uninterrupted run; each run has one end; the journal's chain is whole; an open run is found by `agent.unfinished()`; no process
 * outlives its agent (on systems with `/proc`); what the surroundings object to; and your own `check`.
 *
 * Throws `invalid_argument` when the uninterrupted work breaks a law by itself.
 */
export async function crashMatrix(scenario: CrashScenario, options: CrashMatrixOptions = {}): Promise<CrashMatrixResult> {
  const {
    powerLoss = false,
    every = 1,
    again = 0,
    againAt,
    parallel = availableParallelism(),
    timeoutMs = 60_000,
    directory = tmpdir(),
  } = options
  mkdirSync(directory, { recursive: true })
  const root = mkdtempSync(join(directory, 'crash-matrix-'))
  const surroundings = await scenario.surroundings?.()
  try {
    const common = { scenario, root, env: surroundings?.env ?? {}, powerLoss, timeoutMs }
    const { reference, places } = await uninterrupted(common)
    const firsts = Array.from({ length: places }, (_, index) => index + 1).filter((place) => (place - 1) % every === 0)
    const cuts = await orderedParallel(firsts, parallel, (first) =>
      cutAndJudge({ ...common, kills: killsFrom(first, { again, againAt, places }) }, reference),
    )
    const objections = surroundings?.violations?.() ?? []
    const violations = [...cuts.flatMap(described), ...objections]
    if (violations.length === 0) rmdirSync(root)
    return { scenario: scenario.name, powerLoss, again, places, cuts, violations }
  } finally {
    await surroundings?.close()
  }
}

type Repetition = { readonly again: number; readonly againAt: number | undefined; readonly places: number }

/** Later kills fall anywhere in what is left, spread without chance, so that a failure comes again. */
const killsFrom = (first: number, { again, againAt, places }: Repetition): readonly number[] => [
  first,
  ...Array.from({ length: again }, (_, index) => againAt ?? 1 + ((first * 7 + index * 5) % places)),
]

const described = ({ killedAt, violations, directory }: CutResult): readonly string[] =>
  violations.map((violation) => `killed ${killedAt.join(', then ') || 'nowhere'}: ${violation} (${directory ?? ''})`)

async function uninterrupted(common: Omit<CutOptions, 'kills'>): Promise<{ readonly reference: Reference; readonly places: number }> {
  const cut = new Cut({ ...common, kills: [] })
  const evidence = await cut.run()
  if (evidence === undefined || cut.violations.length > 0) {
    throw new AgentError(
      'invalid_argument',
      `The scenario '${common.scenario.name}' does not come to its end even when nobody kills it: ${cut.violations.join('; ')} (${cut.directory})`,
    )
  }
  const twice = startedCalls(evidence).filter(({ happened }) => happened > 1)
  if (twice.length > 0) {
    const names = twice.map(({ start }) => `'${start.name}'`).join(', ')
    throw new AgentError(
      'invalid_argument',
      `In the scenario '${common.scenario.name}', uninterrupted, the effect of ${names} happens more than once`,
    )
  }
  const objections = (await common.scenario.check?.(evidence)) ?? []
  if (objections.length > 0) {
    throw new AgentError(
      'invalid_argument',
      `The scenario '${common.scenario.name}' objects to itself even when nobody kills it: ${objections.join('; ')} (${cut.directory})`,
    )
  }
  const reference = { state: comparable(evidence.state, cut.directory), counted: countedTools(evidence), probing: new Set(cut.probing) }
  cut.remove()
  return { reference, places: cut.reached.length }
}
