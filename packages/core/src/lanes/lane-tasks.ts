/** Work of lanes that others take: each is handed to one taker, and its first completion counts. */
import type { LaneName } from '../model/lane.ts'
import { failed, type ToolResult, toToolResult } from '../model/tool.ts'
import type { LaneCompletion, LaneTask } from '../ports/lane-queue.ts'

type Open = { readonly task: LaneTask; taken: boolean; complete(result: ToolResult): void }
type Taker = { readonly lane: LaneName | undefined; give(task: LaneTask): void }

export class LaneTasks {
  readonly #open = new Map<string, Open>()
  readonly #takers = new Set<Taker>()

  list(): readonly LaneTask[] {
    return [...this.#open.values()].map(({ task }) => task)
  }

  /** Hand it out, and wait until somebody says what became of it or the signal fires. */
  async handOut(task: LaneTask, signal: AbortSignal): Promise<ToolResult> {
    signal.throwIfAborted()
    let stop: (() => void) | undefined
    try {
      return await new Promise<ToolResult>((resolve, reject) => {
        stop = () => reject(signal.reason as Error)
        signal.addEventListener('abort', stop, { once: true })
        const open: Open = { task, taken: false, complete: resolve }
        this.#open.set(task.taskId, open)
        for (const taker of this.#takers) if (!open.taken && fits(taker, open)) taker.give(this.#taken(open, taker))
      })
    } finally {
      if (stop) signal.removeEventListener('abort', stop)
      this.#open.delete(task.taskId)
    }
  }

  /** Only show it, while it is worked on here. */
  async show<T>(task: LaneTask, work: () => Promise<T>): Promise<T> {
    this.#open.set(task.taskId, { task, taken: true, complete: () => {} })
    try {
      return await work()
    } finally {
      this.#open.delete(task.taskId)
    }
  }

  async take({ signal, lane }: { readonly signal: AbortSignal; readonly lane?: LaneName }): Promise<LaneTask> {
    signal.throwIfAborted()
    const waiting = [...this.#open.values()].find((open) => fits({ lane }, open))
    if (waiting !== undefined) return this.#taken(waiting)
    let stop: (() => void) | undefined
    let taker: Taker | undefined
    try {
      return await new Promise<LaneTask>((resolve, reject) => {
        stop = () => reject(signal.reason as Error)
        signal.addEventListener('abort', stop, { once: true })
        taker = { lane, give: resolve }
        this.#takers.add(taker)
      })
    } finally {
      if (stop) signal.removeEventListener('abort', stop)
      if (taker) this.#takers.delete(taker)
    }
  }

  complete(taskId: string, completion: LaneCompletion): boolean {
    const open = this.#open.get(taskId)
    if (open === undefined) return false
    this.#open.delete(taskId)
    open.complete(
      'error' in completion
        ? failed(completion.error, { kind: completion.retryable ? 'transport' : 'failed' })
        : toToolResult(completion.result),
    )
    return true
  }

  #taken(open: Open, taker?: Taker): LaneTask {
    open.taken = true
    if (taker) this.#takers.delete(taker)
    return open.task
  }
}

const fits = ({ lane }: Pick<Taker, 'lane'>, { task, taken }: Open): boolean => !taken && (lane === undefined || lane === task.lane)
