/** `executorPool({ workers })`: one executor over several workers. */
import { AgentError, guardedExecutor, systemHost, type AgentStepSpec, type ExecuteOptions } from '@seamfold/core/kit'
import { type StepResult, unbegun } from '../client/open-steps.ts'
import { assertTexts } from '../defaults.ts'
import { settingsOf, type RemoteExecutorOptions } from '../client/options.ts'
import { pursue, type Attempt } from '../client/pursue.ts'
import type { RemoteExecutor } from '../client/remote-executor.ts'
import { RemoteWorker } from '../client/remote-worker.ts'
import { SignalWatch } from '../client/signal-watch.ts'
import type { WorkerStatus } from '../client/worker-status.ts'
import { PoolMember, type Needs } from './pool-member.ts'

export interface ExecutorPoolOptions {
  readonly workers: readonly RemoteExecutorOptions[]
  /** The labels that a worker must have to get this step. Default: none. */
  labelsOf?(spec: AgentStepSpec): readonly string[]
  /**
   * Whether a step whose worker was lost in the middle, and has no journal that another worker shares, may run again on another
   * all the same, because its effects allow it. Its events then start anew. Default: never; the outcome says what is not known.
   */
  rerunLost?(spec: AgentStepSpec): boolean
}

const DEFAULT_CONCURRENCY = 8

/** Several workers as one executor. */
export interface ExecutorPool extends RemoteExecutor {
  /** How each worker is now, in the order in which they were given. */
  readonly workers: readonly WorkerStatus[]
}

/**
 * Gives each step to the least busy worker that runs its agent and has the labels, and waits while all of those are full. A step
 * that was not started goes to the next worker. One that was lost goes on where its journal is, if a worker shares it; else it is
 * reported, unless `rerunLost` says otherwise.
 */
export function executorPool(options: ExecutorPoolOptions): ExecutorPool {
  const pool = new Pool(options)
  const host = options.workers[0]?.system ?? systemHost()
  const attempt: Attempt = (spec, stepOptions, journal) => pool.run(spec, stepOptions, journal)
  const { executeStep } = guardedExecutor({
    contract: 1,
    executeStep: (spec, stepOptions) => pursue(attempt, spec, { options: stepOptions, host }),
  })
  const close = (): Promise<void> => pool.close()
  return {
    contract: 1,
    get concurrencyHint() {
      return pool.capacity > 0 ? pool.capacity : DEFAULT_CONCURRENCY
    },
    get workers() {
      return pool.workers
    },
    executeStep,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** What one step knows about the workers: which it has tried, and how often each had failed before. */
type Search = { readonly needs: Needs; readonly tried: Set<PoolMember>; readonly before: ReadonlyMap<PoolMember, number> }

/** A place that was reserved, nobody, or undefined: wait. */
type Choice = PoolMember | 'nobody' | undefined
type Waiting = {
  readonly search: Search
  readonly signal: AbortSignal
  readonly take: (choice: PoolMember | 'nobody') => void
  readonly stop: () => void
}

class Pool {
  readonly #options: ExecutorPoolOptions
  readonly #members: readonly PoolMember[]
  readonly #waiting = new Set<Waiting>()
  readonly #signals = new SignalWatch((signal) => this.#fired(signal))

  constructor(options: ExecutorPoolOptions) {
    this.#options = options
    if (!Array.isArray(options.workers)) throw new AgentError('invalid_argument', 'A pool needs a list of workers: give workers')
    this.#members = options.workers.map((each) => {
      const settings = settingsOf(each)
      const elsewhere = (journal: string): boolean => this.#members.some((member) => member.url !== each.url && member.keeps(journal))
      return new PoolMember(new RemoteWorker(settings, elsewhere), settings.system.clock, (placeFreed) => this.#changed(placeFreed))
    })
  }

  /** Steps that the workers which can be reached run at once. */
  get capacity(): number {
    return this.#members.filter(({ ready }) => ready).reduce((sum, { capacity }) => sum + capacity, 0)
  }

  get workers(): readonly WorkerStatus[] {
    return this.#members.map(({ status }) => status)
  }

  async run(spec: AgentStepSpec, options: ExecuteOptions, journal: string | undefined): Promise<StepResult> {
    const { labelsOf, rerunLost } = this.#options
    const labels = labelsOf?.(spec) ?? []
    assertTexts({ 'What labelsOf gives': labels })
    const before = new Map(this.#members.map((member) => [member, member.failures]))
    const search: Search = {
      needs: { agent: spec.agent, labels, journal, policies: spec.authority?.policies !== undefined },
      tried: new Set(),
      before,
    }
    let last: StepResult | undefined
    for (;;) {
      const member = this.#choose(search) ?? (await this.#wait(search, options.signal))
      if (member === 'nobody') return last ?? this.#nobody(spec, search)
      const result = await member.run(spec, options, journal)
      if (result.fate === 'settled') return result
      if (result.fate === 'lost' && (result.journal !== undefined || rerunLost?.(spec) !== true)) return result
      search.tried.add(member)
      // What was lost may have begun, whatever became of it at the next one.
      if (last?.fate !== 'lost' || result.fate === 'lost') last = result
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.close()))
  }

  /** The least busy worker with a place, which is reserved; nobody, when there is nothing to wait for. */
  #choose(search: Search): Choice {
    const open = this.#members.filter((member) => !search.tried.has(member))
    const fitting = open.filter((member) => member.takes(search.needs))
    for (const member of open) if (this.#worthReaching(member, search, fitting.length > 0)) member.reach()
    const responsive = fitting.filter((member) => member.responsive)
    const [best] = (responsive.length > 0 ? responsive : fitting)
      .filter(({ hasPlace }) => hasPlace)
      .toSorted((left, right) => left.load - right.load)
    best?.reserve()
    return best ?? (fitting.length > 0 || open.some(({ connecting }) => connecting) ? undefined : 'nobody')
  }

  /** Until there is a choice. Rejects with the signal's reason. */
  async #wait(search: Search, signal: AbortSignal): Promise<PoolMember | 'nobody'> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const take = (choice: PoolMember | 'nobody'): void => {
        this.#waiting.delete(waiting)
        this.#signals.remove(signal)
        resolve(choice)
      }
      const waiting: Waiting = { search, signal, take, stop: () => reject(signal.reason as Error) }
      this.#waiting.add(waiting)
      this.#signals.add(signal)
    })
  }

  #fired(signal: AbortSignal): void {
    for (const waiting of this.#waiting) {
      if (waiting.signal !== signal) continue
      this.#waiting.delete(waiting)
      waiting.stop()
    }
  }

  #worthReaching(member: PoolMember, { before }: Search, thereAreOthers: boolean): boolean {
    if (member.ready || member.failures !== before.get(member)) return false
    return !(thereAreOthers && member.cooling)
  }

  #nobody(spec: AgentStepSpec, { needs }: Search): StepResult {
    const wanted = needs.labels.length > 0 ? ` with the labels ${needs.labels.join(', ')}` : ''
    const reasons = this.#members.map((member) => member.why(needs)).join('; ')
    const why = reasons === '' ? 'the pool is empty' : reasons
    const begun = needs.journal === undefined ? ', so it was not started' : ' over'
    return unbegun(spec, `No worker${wanted} took step ${spec.taskId}${begun}: ${why}`)
  }

  /** There are workers to wait for, and none has a place. */
  #isFull(): boolean {
    return this.#members.some(({ ready }) => ready) && !this.#members.some(({ hasPlace }) => hasPlace)
  }

  #changed(placeFreed: boolean): void {
    for (const { search, take } of this.#waiting) {
      if (placeFreed && this.#isFull()) return
      const choice = this.#choose(search)
      if (choice !== undefined) take(choice)
    }
  }
}
