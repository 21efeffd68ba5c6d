/** A workflow's log: claimed by an append at the length that was read, written by one queue that stores what waits together. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { workflowKey } from '../journal/keys.ts'
import { appendSafely } from '../journal/safe-append.ts'
import type { LeaseStore } from '../ports/lease-store.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { leaseRoot, type RootLease } from './root-lease.ts'
import { decodeWorkflowRecord, encodeWorkflowRecord, type WorkflowRecord } from './workflow-record.ts'
import { WorkflowState } from './workflow-state.ts'

export interface WorkflowLogOptions {
  readonly store: SessionStore
  readonly leases: LeaseStore | undefined
  readonly rootId: string
  readonly host: Host
  readonly signal: AbortSignal
  /** Called once when another process took the root. */
  onLost(error: unknown): void
}

type Batch = PromiseWithResolvers<void> & { readonly records: string[]; sync: boolean }

const newBatch = (): Batch => ({ ...Promise.withResolvers<void>(), records: [], sync: false })

export class WorkflowLog {
  readonly key: string
  /** As it was found when it was claimed. Whoever takes a step's result out of it may remove it. */
  readonly found: WorkflowState = new WorkflowState()
  readonly #options: WorkflowLogOptions
  #lease: RootLease | undefined
  #length = 0
  #chain = ''
  #batch: Batch | undefined
  #flushing: Promise<void> | undefined
  #failure: unknown

  private constructor(options: WorkflowLogOptions) {
    this.#options = options
    this.key = workflowKey(options.rootId)
  }

  /**
   * Reads the log and claims it. Throws `workflow_held` while somebody else runs it, `store_corrupt` or `store_newer` where it
   * cannot be read, and what the store throws.
   */
  static async open(options: WorkflowLogOptions): Promise<WorkflowLog> {
    const log = new WorkflowLog(options)
    const { leases, rootId, host } = options
    const holder = host.id('holder')
    log.#lease = await leaseRoot({ leases, rootId, holder, host, onLost: (error) => log.#fail(error) })
    try {
      await log.#read()
      log.found.fold({ type: 'workflow_claimed', holder, at: 0 })
      await log.append({ type: 'workflow_claimed', holder, at: host.clock.now() }, { sync: true })
      return log
    } catch (error) {
      await log.#lease.release().catch(() => {}) // it runs out by itself
      throw isAgentError(error, 'workflow_lost') ? heldAtOnce(rootId, error) : error
    }
  }

  /** Throws what made an append fail, or when the claim may be lost: then nothing new may begin. */
  assertUsable(): void {
    if (this.#failure !== undefined) throw this.#failure
    this.#lease?.assert()
  }

  /** Resolves when it is stored. After a failure every append fails with it. */
  append(record: WorkflowRecord, { sync = false }: { readonly sync?: boolean } = {}): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const { text, chain } = encodeWorkflowRecord(record, this.#chain, this.#options.host)
    this.#chain = chain
    const batch = (this.#batch ??= newBatch())
    batch.records.push(text)
    batch.sync ||= sync
    // What is said in one breath is one append.
    if (this.#flushing === undefined && batch.records.length === 1) queueMicrotask(() => this.#flush())
    return batch.promise
  }

  /** Lets go of the root, and of what is stored where it is not needed any more. Nothing may be appended afterwards. */
  async close({ discard = false }: { readonly discard?: boolean } = {}): Promise<void> {
    try {
      if (this.#failure === undefined) await this.append({ type: 'workflow_released' }, { sync: true })
      if (discard) await this.#options.store.delete(this.key)
    } finally {
      this.#failure ??= new AgentError('workflow_lost', `Workflow ${this.#options.rootId} was closed: make a new one to go on`)
      await this.#lease?.release().catch(() => {}) // it runs out by itself
    }
  }

  async #read(): Promise<void> {
    const { store, host, signal, rootId } = this.#options
    try {
      for await (const { offset, record: text } of store.read(this.key, { signal })) {
        const { record, chain } = decodeWorkflowRecord(text, { key: this.key, offset, previous: this.#chain, host })
        this.found.fold(record)
        this.#chain = chain
        this.#length = offset + 1
      }
    } catch (error) {
      if (signal.aborted || (isAgentError(error) && error.code.startsWith('store_') && error.message.startsWith('The workflow')))
        throw error
      throw new AgentError(
        'store_unavailable',
        `The workflow cannot be resumed: the log of ${rootId} cannot be read: ${toMessage(error)}`,
        {
          cause: error,
        },
      )
    }
  }

  #flush(): void {
    this.#flushing ??= this.#drain().finally(() => {
      this.#flushing = undefined
      if (this.#batch !== undefined) this.#flush() // said since the last look
    })
  }

  async #drain(): Promise<void> {
    const { store, host } = this.#options
    for (let batch = this.#take(); batch !== undefined; batch = this.#take()) {
      try {
        if (this.#failure !== undefined) throw this.#failure
        const { records, sync } = batch
        await appendSafely({ store, host, key: this.key, records, expected: this.#length, sync })
        this.#length += records.length
        batch.resolve()
      } catch (error) {
        this.#fail(error)
        batch.reject(this.#failure)
      }
    }
  }

  #take(): Batch | undefined {
    const batch = this.#batch
    this.#batch = undefined
    return batch
  }

  /** Whoever took the root goes on with it: what is under way here has to stop. A store that failed may still be read elsewhere. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    const { rootId, onLost } = this.#options
    this.#failure = isAgentError(error, 'store_conflict')
      ? new AgentError('workflow_lost', `Workflow ${rootId} was taken by another process: its log went on without this one`, {
          cause: error,
        })
      : error
    if (isAgentError(this.#failure, 'workflow_lost')) onLost(this.#failure)
  }
}

const heldAtOnce = (rootId: string, cause: unknown): AgentError =>
  new AgentError('workflow_held', `Another process claimed workflow ${rootId} at the same moment: wait until it has ended`, {
    cause,
    retryable: true,
  })
