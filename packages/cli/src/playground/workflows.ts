/** The workflows of a store as a web page needs them: listed in short, and their records as they are written. */
import { storedWorkflows, type StoredWorkflowRecord, workflowRecords, type WorkflowRecord } from '@seamfold/core'
import { isAgentError, type SessionStore } from '@seamfold/core/kit'
import { RequestFailure } from './failure.ts'
import type { PlaygroundLives } from './types.ts'

/**
 * `running`: whoever has claimed it lives. `cut_off`: it does not, and has not let go of it. `held`: one of both, and nobody knows which.
 */
export type WorkflowSummary = {
  readonly id: string
  /** Of its definition; empty where it has none. */
  readonly name: string
  readonly status: 'running' | 'cut_off' | 'held' | 'stopped' | 'completed' | 'unreadable'
  /** Steps that were begun, and those whose last attempt ended well or badly. */
  readonly steps: number
  readonly completed: number
  readonly failed: number
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly updatedAt: number
}

type WorkflowStatus = WorkflowSummary['status']

type Kept = {
  summary: WorkflowSummary
  cursor: string | undefined
  /** Who claimed it last. */
  holder: string | undefined
  /** By step: its last attempt, and whether that ended well; undefined while it has not ended. */
  readonly steps: Map<string, { readonly sessionId: string; readonly good?: boolean }>
}

export type WorkflowsOptions = {
  readonly store: SessionStore
  readonly lives?: PlaygroundLives | undefined
  /** Whether a session waits for a person. */
  readonly waits: (sessionId: string) => Promise<boolean>
}

/** What is stored behind a cursor, how the workflow stands, and sessions of steps that wait for a person. */
export type FollowedWorkflow = {
  readonly records: readonly StoredWorkflowRecord[]
  readonly status: WorkflowStatus
  readonly waiting: readonly string[]
}

/** Characters of a step's output that are sent; all of it is in the step's session. */
const outputLimit = 2_000

const nothing = (id: string): Kept => ({
  summary: { id, name: '', status: 'stopped', steps: 0, completed: 0, failed: 0, startedAt: 0, updatedAt: 0 },
  cursor: undefined,
  holder: undefined,
  steps: new Map(),
})

export class Workflows {
  readonly #store: SessionStore
  readonly #lives: PlaygroundLives | undefined
  readonly #waits: WorkflowsOptions['waits']
  /** What was read once is not read again. */
  readonly #kept = new Map<string, Kept>()

  constructor({ store, lives, waits }: WorkflowsOptions) {
    this.#store = store
    this.#lives = lives
    this.#waits = waits
  }

  /** The newest first. */
  async list(): Promise<readonly WorkflowSummary[]> {
    const found: WorkflowSummary[] = []
    for await (const id of storedWorkflows(this.#store)) found.push(await this.#summary(id))
    return found.toSorted((a, b) => b.updatedAt - a.updatedAt)
  }

  /** Throws `not_found` where nothing was ever stored of it. */
  async follow(id: string, after: string | undefined): Promise<FollowedWorkflow> {
    const records = await this.#records(id, after)
    const { status } = await this.#summary(id)
    return { records, status, waiting: status === 'completed' ? [] : await this.#waiting(id) }
  }

  /** The log of a workflow has nothing of a step that waits: the step's session has. */
  async #waiting(id: string): Promise<readonly string[]> {
    const found: string[] = []
    for (const { sessionId, good } of this.#kept.get(id)?.steps.values() ?? []) {
      if (good === undefined && (await this.#waits(sessionId))) found.push(sessionId)
    }
    return found
  }

  async #records(id: string, after: string | undefined): Promise<readonly StoredWorkflowRecord[]> {
    const found: StoredWorkflowRecord[] = []
    for await (const { cursor, record } of workflowRecords(this.#store, id, { after })) found.push({ cursor, record: shortened(record) })
    if (found.length === 0 && after === undefined)
      throw new RequestFailure(404, 'not_found', `There is no workflow '${id}' in this store. One that ran without a store left nothing.`)
    return found
  }

  async #standing(id: string, { summary: { status }, holder }: Kept): Promise<WorkflowStatus> {
    if (status !== 'held') return status
    const lives = await this.#lives?.(`workflow/${id}`, holder)
    return lives === undefined ? 'held' : lives ? 'running' : 'cut_off'
  }

  async #summary(id: string): Promise<WorkflowSummary> {
    const kept = this.#kept.get(id) ?? nothing(id)
    this.#kept.set(id, kept)
    try {
      for await (const { cursor, record } of workflowRecords(this.#store, id, { after: kept.cursor })) {
        fold(kept, record)
        kept.cursor = cursor
      }
      return counted(kept, await this.#standing(id, kept))
    } catch (error) {
      this.#kept.delete(id)
      if (isAgentError(error, 'cursor_diverged')) return this.#summary(id)
      if (isAgentError(error)) return { ...nothing(id).summary, status: 'unreadable', name: error.message }
      throw error
    }
  }
}

function fold(kept: Kept, record: WorkflowRecord): void {
  const { summary, steps } = kept
  if ('at' in record) kept.summary = { ...summary, startedAt: summary.startedAt || record.at, updatedAt: record.at }
  switch (record.type) {
    case 'workflow_claimed':
      kept.summary = { ...kept.summary, status: 'held' }
      kept.holder = record.holder
      break
    case 'workflow_released':
      if (summary.status === 'held') kept.summary = { ...summary, status: 'stopped' }
      break
    case 'workflow_start':
      kept.summary = { ...summary, name: record.name }
      break
    case 'workflow_end':
      kept.summary = { ...summary, status: 'completed' }
      break
    case 'step_start':
      steps.set(record.key, { sessionId: record.sessionId })
      break
    case 'step_end':
      if (record.outcome.status !== 'suspended')
        steps.set(record.key, { sessionId: record.outcome.sessionId, good: record.outcome.success })
      break
  }
}

function counted({ summary, steps }: Kept, status: WorkflowStatus): WorkflowSummary {
  const ends = [...steps.values()].map(({ good }) => good)
  return {
    ...summary,
    status,
    steps: steps.size,
    completed: ends.filter((end) => end === true).length,
    failed: ends.filter((end) => end === false).length,
  }
}

function shortened(record: WorkflowRecord): WorkflowRecord {
  if (record.type !== 'step_end' || record.outcome.output.length <= outputLimit) return record
  return { ...record, outcome: { ...record.outcome, output: `${record.outcome.output.slice(0, outputLimit)}…` } }
}
