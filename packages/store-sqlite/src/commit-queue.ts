/** Commits writes that arrive together in one transaction, each judged on its own. */
import { isAgentError } from '@seamfold/core/kit'
import type { SqliteDriver, SqliteStatement } from './driver.ts'
import { rollBack } from './schema.ts'
import { explainSqliteError, isBusy } from './sqlite-errors.ts'
import { writerCrowd, type WriterCrowd } from './writer-crowd.ts'

/** One write. */
export interface WriteTask<T> {
  /** Whose write it is: a single busy writer never waits for others, many are gathered. */
  readonly writer: string
  /** Survive loss of power too. */
  readonly sync: boolean
  readonly signal?: AbortSignal | undefined
  /** Runs inside the transaction. An `AgentError` that it throws is its own outcome, and it must then have written nothing. */
  run(): T
}

export interface CommitQueueOptions {
  readonly path: string
  /** Milliseconds that a write waits for another connection's lock. */
  readonly busyTimeoutMs: number
  /** Whether `sync` waits for the disk. */
  readonly fullSync: boolean
  /** Called before what must survive loss of power is written. May throw, and then nothing is. */
  assertFile(): void
  /** Called after each commit with the writers of what it holds. */
  committed(writers: readonly string[]): void
}

type Entry = {
  readonly task: WriteTask<unknown>
  readonly deadline: number
  resolve(value: unknown): void
  reject(error: unknown): void
}

type Outcome = { readonly value: unknown } | { readonly error: unknown }

export class CommitQueue {
  readonly #driver: SqliteDriver
  readonly #options: CommitQueueOptions
  readonly #begin: SqliteStatement
  readonly #commit: SqliteStatement
  readonly #crowd: WriterCrowd = writerCrowd()
  #pending: Entry[] = []
  #scheduled = false
  #synchronous = 'NORMAL'

  constructor(driver: SqliteDriver, options: CommitQueueOptions) {
    this.#driver = driver
    this.#options = options
    this.#begin = driver.prepare('BEGIN IMMEDIATE')
    this.#commit = driver.prepare('COMMIT')
  }

  write<T>(task: WriteTask<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const deadline = performance.now() + this.#options.busyTimeoutMs
      this.#pending.push({ task, deadline, resolve: (value) => resolve(value as T), reject })
      const crowded = this.#crowd.note(task.writer)
      if (this.#scheduled) return
      this.#scheduled = true
      if (crowded) setImmediate(this.#flush)
      else queueMicrotask(this.#flush)
    })
  }

  /** Resolves when everything that was asked for so far is settled. */
  async drain(): Promise<void> {
    if (this.#pending.length > 0) await this.write({ writer: '', sync: false, run: () => undefined }).catch(() => undefined)
  }

  readonly #flush = (): void => {
    this.#scheduled = false
    const group = this.#pending
    this.#pending = []
    this.#transact(group.filter(isWanted))
  }

  #transact(group: readonly Entry[]): void {
    if (group.length === 0) return
    const sync = group.some(({ task }) => task.sync)
    try {
      if (sync) this.#options.assertFile()
      this.#open(sync && this.#options.fullSync ? 'FULL' : 'NORMAL')
    } catch (error) {
      if (isBusy(error)) this.#postpone(group, error)
      else this.#reject(group, error)
      return
    }
    let outcomes: readonly Outcome[]
    try {
      outcomes = group.map(({ task }) => outcomeOf(task))
    } catch (error) {
      // Nothing was committed, so each may try alone: what broke one does not break the others.
      rollBack(this.#driver)
      if (group.length === 1) this.#reject(group, error)
      else for (const entry of group) this.#transact([entry])
      return
    }
    this.#settle(group, outcomes)
  }

  /** `synchronous` can only change between transactions. */
  #open(wanted: 'FULL' | 'NORMAL'): void {
    if (wanted !== this.#synchronous) this.#driver.exec(`PRAGMA synchronous = ${wanted}`)
    this.#synchronous = wanted
    this.#begin.run()
  }

  #settle(group: readonly Entry[], outcomes: readonly Outcome[]): void {
    try {
      this.#commit.run()
    } catch (error) {
      // It may have been stored all the same, so it is not tried again here: the caller reads back.
      rollBack(this.#driver)
      this.#reject(group, error)
      return
    }
    group.forEach(({ resolve, reject }, index) => {
      const outcome = outcomes[index]
      if (outcome !== undefined && 'value' in outcome) resolve(outcome.value)
      else reject(outcome?.error)
    })
    this.#options.committed(group.map(({ task }) => task.writer))
  }

  /** Waits without blocking this process, for as long as each entry may. */
  #postpone(group: readonly Entry[], error: unknown): void {
    const now = performance.now()
    const patient = group.filter(({ deadline }) => deadline > now)
    const late = group.filter(({ deadline }) => deadline <= now)
    this.#reject(late, error)
    this.#pending = [...patient, ...this.#pending]
    if (this.#pending.length === 0 || this.#scheduled) return
    this.#scheduled = true
    setTimeout(this.#flush, 5 + Math.random() * 20)
  }

  #reject(group: readonly Entry[], error: unknown): void {
    for (const { reject } of group) reject(explainSqliteError(error, this.#options.path))
  }
}

function outcomeOf(task: WriteTask<unknown>): Outcome {
  try {
    return { value: task.run() }
  } catch (error) {
    if (isAgentError(error)) return { error }
    throw error
  }
}

function isWanted({ task, reject }: Entry): boolean {
  if (task.signal?.aborted !== true) return true
  reject(task.signal.reason)
  return false
}
