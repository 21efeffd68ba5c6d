/** One cut: the work is killed at one place, goes on in a new process until it is done, and is judged. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemHost } from '../../base/host.ts'
import { branchingStore } from '../../journal/branching-store.ts'
import { journalKey } from '../../journal/keys.ts'
import type { Envelope } from '../../model/event.ts'
import { openRun } from '../../model/session-state.ts'
import type { SessionStore } from '../../ports/session-store.ts'
import { unfinishedRuns } from '../../session/unfinished.ts'
import { verifySession } from '../../session/verify.ts'
import { openSession, storedSessions } from '../../session/view.ts'
import { brokenLaws, type CutEvidence, givenUp, type Reference, unknownCalls } from './crash-laws.ts'
import { type CrashScenario, type CrashWorld, SCENARIO_SESSION } from './crash-scenario.ts'
import { runProcess } from './crash-process.ts'
import { effectFile } from './effect-log.ts'
import { leftProcesses } from './left-processes.ts'
import { losePower } from './power-loss.ts'
import { promisesIn, restatePromises } from './watched-store.ts'

export interface CutOptions {
  readonly scenario: CrashScenario
  /** Where the folder of the cut is made. */
  readonly root: string
  readonly env: Readonly<Record<string, string>>
  /** Places to be killed at, one for each process in turn; then one runs to the end. */
  readonly kills: readonly number[]
  readonly powerLoss: boolean
  readonly timeoutMs: number
}

/** How one cut went. */
export interface CutResult {
  /** Where each process was killed, in order. Empty when it ended before it came there. */
  readonly killedAt: readonly string[]
  /** Calls that nobody can tell about any more, and that say so. */
  readonly unknown: number
  readonly violations: readonly string[]
  /** The folder, kept when a law was broken. */
  readonly directory?: string
}

/** Runs the work once, killed as told. Gives what is left of it, and what was wrong on the way. */
export class Cut {
  readonly killedAt: string[] = []
  readonly violations: string[] = []
  readonly directory: string
  reached: readonly string[] = []
  probing: readonly string[] = []
  readonly #options: CutOptions
  /** The journal as it stood after each kill: all of it must still be there in the end. */
  readonly #survived: (readonly string[])[] = []

  constructor(options: CutOptions) {
    this.#options = options
    this.directory = mkdtempSync(join(options.root, 'cut-'))
  }

  /** Undefined when a process broke, so that there is nothing to judge. */
  async run(): Promise<CutEvidence | undefined> {
    const { scenario, env, kills, powerLoss, timeoutMs } = this.#options
    for (let attempt = 0; ; attempt++) {
      const mark = `${this.directory}#${attempt}`
      const order = {
        module: scenario.module,
        scenario: scenario.name,
        directory: this.directory,
        killAt: kills[attempt] ?? 0,
        attempt,
      }
      const end = await runProcess({ order, mark, env, timeoutMs })
      const left = await leftProcesses(mark)
      if (left.length > 0) this.violations.push(`processes ${left.join(', ')} outlived process ${attempt + 1}, which was their agent's`)
      if (end.type === 'broken') return void this.violations.push(end.why)
      if (end.type === 'ended') {
        this.reached = end.report.reached
        this.probing = end.report.probing
        return this.#withStore((store) => this.#evidence(store))
      }
      this.killedAt.push(end.at)
      if (powerLoss) await this.#losePower()
      await this.#withStore((store) => this.#afterKill(store))
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }

  #world(): CrashWorld {
    return { directory: this.directory, attempt: this.killedAt.length, effects: effectFile(this.directory), point: () => {} }
  }

  async #withStore<T>(work: (store: SessionStore) => Promise<T>): Promise<T> {
    const store = this.#options.scenario.store(this.#world())
    try {
      return await work(store)
    } finally {
      await store.close?.()
    }
  }

  async #losePower(): Promise<void> {
    const { scenario } = this.#options
    if (scenario.losePower) await scenario.losePower(this.#world())
    else await this.#withStore((store) => losePower(store, promisesIn(this.directory)))
    restatePromises(this.directory)
  }

  /** No fact that was promised is lost, and whoever looks for unfinished work finds it. */
  async #afterKill(store: SessionStore): Promise<void> {
    for (const [key, { stored }] of promisesIn(this.directory)) {
      const { length } = await recordsOf(store, key)
      if (length < stored) this.violations.push(`the store promised ${stored} records of ${key} and has ${length}`)
    }
    this.#survived.push(await recordsOf(store, journalKey(SCENARIO_SESSION)))
    await this.#findable(store)
  }

  async #findable(store: SessionStore): Promise<void> {
    const state = await openSession(store, SCENARIO_SESSION).then(
      (view) => view.state(),
      () => undefined, // it was killed before the session was stored
    )
    const open = state === undefined ? undefined : openRun(state)
    if (open === undefined) return
    const found: string[] = []
    for await (const { runId } of unfinishedRuns(branchingStore(onlyRead(store)), systemHost())) found.push(runId)
    if (!found.includes(open.id)) this.violations.push(`run ${open.id} is open, and nobody who looks for unfinished runs finds it`)
  }

  async #evidence(store: SessionStore): Promise<CutEvidence> {
    const records = await recordsOf(store, journalKey(SCENARIO_SESSION))
    for (const [index, survived] of this.#survived.entries()) {
      const lost = survived.findIndex((record, offset) => record !== records[offset])
      if (lost !== -1) this.violations.push(`record ${lost} was there after kill ${index + 1} and is not in the final journal`)
    }
    const view = await openSession(store, SCENARIO_SESSION)
    const facts = [...(await this.#factsOf(store, SCENARIO_SESSION))]
    // Its sub-agents have journals of their own, and are held to the same laws.
    for await (const id of storedSessions(store)) if (id !== SCENARIO_SESSION) facts.push(...(await this.#factsOf(store, id)))
    return { directory: this.directory, effects: effectFile(this.directory), facts, state: await view.state() }
  }

  async #factsOf(store: SessionStore, id: string): Promise<readonly Envelope[]> {
    const { problem } = await verifySession(store, id)
    if (problem !== undefined) this.violations.push(`record ${problem.offset} of the journal of ${id} is damaged: ${problem.message}`)
    const facts: Envelope[] = []
    for await (const envelope of (await openSession(store, id)).events({ follow: false })) facts.push(envelope)
    return facts
  }
}

/** Whoever judges changes nothing: markers that have outlived their runs are left to the processes that are judged. */
const onlyRead = (store: SessionStore): SessionStore => ({
  contract: 1,
  append: () => Promise.reject(new Error('the store is judged')),
  read: (key, options) => store.read(key, options),
  keys: (options) => store.keys(options),
  delete: () => Promise.resolve(),
})

async function recordsOf(store: SessionStore, key: string): Promise<readonly string[]> {
  const records: string[] = []
  for await (const { record } of store.read(key)) records.push(record)
  return records
}

/** Runs and judges one cut. */
export async function cutAndJudge(options: CutOptions, reference: Reference): Promise<CutResult> {
  const cut = new Cut(options)
  const evidence = await cut.run()
  if (evidence !== undefined) {
    cut.violations.push(
      ...brokenLaws(evidence, reference),
      ...(givenUp(evidence) ? [] : ((await options.scenario.check?.(evidence)) ?? [])),
    )
  }
  const { killedAt, violations, directory } = cut
  if (violations.length > 0) return { killedAt, unknown: evidence === undefined ? 0 : unknownCalls(evidence), violations, directory }
  cut.remove()
  return { killedAt, unknown: evidence === undefined ? 0 : unknownCalls(evidence), violations }
}
