/** Knows the tasks of a process, and stops those that are under way: a reading of events, with snapshots. */
import type { Envelope } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'

export type SubagentStatus = 'running' | 'completed' | 'failed' | 'cancelled' | 'interrupted'

export type SubagentProgress = { readonly timestamp: number; readonly status: string; readonly metadata: JsonObject }

export type SubagentTask = {
  readonly taskId: string
  readonly parentSessionId: string
  readonly childSessionId: string
  readonly agent: string
  readonly description: string
  readonly status: SubagentStatus
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly updatedAt: number
  readonly finishedAt?: number
  readonly output?: string
  readonly success?: boolean
  /** Latest last. */
  readonly progress: readonly SubagentProgress[]
}

/** What is told of a task; other events are passed over. */
export type TrackedEnvelope = Pick<Envelope, 'sessionId' | 'timestamp' | 'event'>

const MAX_PROGRESS = 100

export class SubagentTracker {
  readonly #tasks = new Map<string, SubagentTask>()
  readonly #cancels = new Map<string, () => void>()
  readonly #maxTasks: number

  /** `maxTasks`: beyond so many, the oldest that have ended are forgotten. Default: 1,000. */
  constructor({ maxTasks = 1000 }: { readonly maxTasks?: number } = {}) {
    this.#maxTasks = maxTasks
  }

  /** Events may come late, twice, or without the one before. */
  record({ sessionId, timestamp, event }: TrackedEnvelope): void {
    if (event.type !== 'subagent_start' && event.type !== 'subagent_progress' && event.type !== 'subagent_end') return
    const { taskId, childSessionId, agent } = event
    const fresh: SubagentTask = {
      taskId,
      parentSessionId: sessionId,
      childSessionId,
      agent,
      description: '',
      status: 'running',
      progress: [],
      startedAt: timestamp,
      updatedAt: timestamp,
    }
    const task = { ...(this.#tasks.get(taskId) ?? fresh), updatedAt: timestamp }
    this.#set(changed(task, event, timestamp))
    if (event.type === 'subagent_end') this.#cancels.delete(taskId)
  }

  /** Record all of them, until they end. */
  async follow(events: AsyncIterable<Envelope>): Promise<void> {
    for await (const envelope of events) this.record(envelope)
  }

  task(taskId: string): SubagentTask | undefined {
    return this.#tasks.get(taskId)
  }

  /** By the time at which they began; those of one parent, or all. */
  tasks(parentSessionId?: string): readonly SubagentTask[] {
    return [...this.#tasks.values()]
      .filter((task) => parentSessionId === undefined || task.parentSessionId === parentSessionId)
      .toSorted((a, b) => a.startedAt - b.startedAt)
  }

  pending(parentSessionId?: string): readonly SubagentTask[] {
    return this.tasks(parentSessionId).filter(({ status }) => status === 'running')
  }

  /** How to stop a task that is under way. Returns the way to take that back. */
  onCancel(taskId: string, cancel: () => void): () => void {
    this.#cancels.set(taskId, cancel)
    return () => void (this.#cancels.get(taskId) === cancel && this.#cancels.delete(taskId))
  }

  /** Stop a task. False for one that is not under way here. What it says of itself later does not make it anything but cancelled. */
  cancel(taskId: string): boolean {
    const cancel = this.#cancels.get(taskId)
    this.#cancels.delete(taskId)
    if (cancel === undefined) return false
    const task = this.#tasks.get(taskId)
    if (task?.status === 'running') this.#set({ ...task, status: 'cancelled' })
    cancel()
    return true
  }

  /** Take over what another process knew. What ran there does not run here: it is interrupted, until its parent is resumed. */
  replaceSnapshots(tasks: readonly SubagentTask[]): void {
    this.#cancels.clear()
    this.#tasks.clear()
    for (const task of tasks) this.#set(task.status === 'running' ? { ...task, status: 'interrupted' } : task)
  }

  #set(task: SubagentTask): void {
    this.#tasks.set(task.taskId, task)
    if (this.#tasks.size <= this.#maxTasks) return
    const oldest = this.tasks().find(({ status }) => status !== 'running')
    if (oldest !== undefined) this.#tasks.delete(oldest.taskId)
  }
}

type SubagentEvent = Extract<Envelope['event'], { type: `subagent_${string}` }>

function changed(task: SubagentTask, event: SubagentEvent, timestamp: number): SubagentTask {
  switch (event.type) {
    case 'subagent_start':
      return {
        ...task,
        agent: event.agent,
        description: event.description,
        childSessionId: event.childSessionId,
        ...(task.status === 'interrupted' ? { status: 'running' as const } : {}),
      }
    case 'subagent_progress': {
      const progress = [...task.progress, { timestamp, status: event.status, metadata: event.metadata }]
      return { ...task, progress: progress.slice(-MAX_PROGRESS) }
    }
    case 'subagent_end':
      return {
        ...task,
        status: task.status === 'cancelled' ? 'cancelled' : event.status,
        finishedAt: timestamp,
        output: event.output,
        success: event.success,
      }
  }
}
