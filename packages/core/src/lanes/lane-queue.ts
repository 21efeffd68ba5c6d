/** `laneQueue`: the lanes of this process, shared by as many agents and sessions as you like. */
import { AgentError, toMessage } from '../base/errors.ts'
import { type Host, systemHost } from '../base/host.ts'
import type { LanePlace } from '../model/call-gates.ts'
import { type DeadLetter, type LaneName, laneOf, LANES } from '../model/lane.ts'
import { resultText } from '../model/message.ts'
import { failed, type ToolResult } from '../model/tool.ts'
import { toolWith } from '../model/tool-with.ts'
import { resultOf, type ToolOutcome } from '../model/tool-outcome.ts'
import type { LaneAttempt, LaneCommand, LaneCompletion, LaneQueue, LaneTask, LaneWork, QueueStats } from '../ports/lane-queue.ts'
import { type DeadLetters, letterMemory, letterStore } from './dead-letters.ts'
import { Holder } from './holder.ts'
import { LaneTasks } from './lane-tasks.ts'
import { type NoPlace, type Place, Places } from './places.ts'
import type { QueueAlert } from './pressure.ts'
import { type LaneQueueOptions, type Limits, toLimits } from './rules.ts'

/** Throws `invalid_argument`, naming the setting. Close it when no agent needs it any more. */
export function laneQueue(options: LaneQueueOptions = {}): LaneQueue {
  return new LocalLanes(options)
}

/** Milliseconds between two attempts at the most. */
const LONGEST_DELAY_MS = 30_000

class LocalLanes implements LaneQueue {
  readonly contract = 1
  readonly #options: LaneQueueOptions
  readonly #limits: Readonly<Record<LaneName, Limits>>
  /** Of tools, by name. */
  readonly #ownLanes: ReadonlyMap<string, LaneName>
  readonly #places: Places
  readonly #letters: DeadLetters
  readonly #tasks = new LaneTasks()
  readonly #host: Host
  /** Calls under way, by session and call. */
  readonly #holders = new Map<string, Holder>()
  readonly #driven = new Map<string, Promise<unknown>>()

  constructor(options: LaneQueueOptions) {
    const { concurrency = Infinity, boostMs = 30_000, maxDeadLetters = 1000, weights, store } = options
    this.#options = options
    this.#limits = toLimits(options)
    this.#ownLanes = new Map(Object.entries(options.tools ?? {}))
    this.#host = options.host ?? systemHost()
    this.#letters = store ? letterStore(store, maxDeadLetters) : letterMemory(maxDeadLetters)
    this.#places = new Places({
      limits: this.#limits,
      total: concurrency,
      boostMs,
      clock: this.#host.clock,
      weight: (name) => positive(weights?.(name)),
    })
  }

  async submit(command: LaneCommand, work: LaneWork): Promise<ToolOutcome> {
    const { signal } = work
    signal.throwIfAborted()
    const lane = this.#ownLanes.get(command.tool.definition.name) ?? laneOf(command.accesses, command.effect)
    const makerKey = makerOf(command)
    const maker = makerKey === undefined ? undefined : this.#holders.get(makerKey)
    const enter = (again: boolean): Place | NoPlace | Promise<Place | NoPlace> =>
      this.#places.enter({ lane, group: holder.group, signal, again, tell: (alert) => this.#tell(alert, work) })
    const holder = new Holder(maker?.group ?? command.sessionId, () => enter(true))
    const key = keyOf(command.sessionId, command.callId)
    this.#holders.set(key, holder)
    maker?.lend()
    try {
      return await this.#tries({ command, work, lane, holder, enter: () => enter(false) })
    } finally {
      this.#holders.delete(key)
      await maker?.bringBack(!signal.aborted)
    }
  }

  stats(): QueueStats {
    return this.#places.stats()
  }

  pause(lane?: LaneName): void {
    this.#places.pause(lane === undefined ? LANES : [lane])
  }

  resume(lane?: LaneName): void {
    this.#places.resume(lane === undefined ? LANES : [lane])
  }

  deadLetters(): Promise<readonly DeadLetter[]> {
    return this.#letters.list()
  }

  async redrive<T>(
    id: string,
    drive: (letter: DeadLetter) => Promise<T>,
    { again = false }: { readonly again?: boolean } = {},
  ): Promise<T> {
    const driven = this.#driven.get(id)
    if (driven !== undefined) return driven as Promise<T>
    const driving = this.#drive(id, drive, again).finally(() => this.#driven.delete(id))
    this.#driven.set(id, driving)
    return driving
  }

  discard(id: string): Promise<boolean> {
    return this.#letters.remove(id)
  }

  tasks(): readonly LaneTask[] {
    return this.#tasks.list()
  }

  take(options: { readonly signal: AbortSignal; readonly lane?: LaneName }): Promise<LaneTask> {
    return this.#tasks.take(options)
  }

  complete(taskId: string, completion: LaneCompletion): boolean {
    return this.#tasks.complete(taskId, completion)
  }

  close(): void {
    this.#places.close()
  }

  #tell(alert: QueueAlert, { emit }: LaneWork): void {
    emit(alert)
    try {
      this.#options.onAlert?.(alert)
    } catch (error) {
      // Places are being given: who only listens changes nothing.
      emit({ type: 'persistence_failed', operation: `alert of lane '${alert.lane}'`, error: toMessage(error) })
    }
  }

  async #drive<T>(id: string, drive: (letter: DeadLetter) => Promise<T>, again: boolean): Promise<T> {
    const letter = await this.#letters.get(id)
    if (letter === undefined)
      throw new AgentError('request_not_found', `There is no dead letter '${id}': it was driven again, discarded or never there`)
    if (letter.mayHaveHappened && !again)
      throw new AgentError(
        'unsupported',
        `The call of '${letter.toolName}' in letter '${id}' may have had its effect, and a new call would have it once more: find out, then discard the letter or drive it with 'again'`,
      )
    const outcome = await drive(letter)
    await this.#letters.remove(id)
    return outcome
  }

  async #tries(job: Job): Promise<ToolOutcome> {
    const { command, work, lane, holder } = job
    const limits = this.#limits[lane]
    let after: LanePlace['after']
    for (let begun = command.attempts; ;) {
      const since = this.#host.clock.now()
      const entering = job.enter()
      const place = entering instanceof Promise ? await entering : entering
      const waitedMs = this.#host.clock.now() - since
      if (typeof place === 'string') return this.#noPlace(job, { why: place, begun, waitedMs })
      const told: LanePlace = { name: lane, ...(waitedMs > 0 ? { waitedMs } : {}), ...(after && { after }) }
      const outcome = await holder.work(place, () => work.attempt({ ...this.#attempt(job), lane: told }))
      begun++
      if (outcome.type === 'suspended' || !isTransient(outcome.result, limits)) return outcome
      if (begun >= limits.attempts || holder.lent || !TWICE_IS_ONCE.has(command.effect)) return this.#giveUp(job, outcome.result, begun)
      const error = resultText(outcome.result.content)
      const delayMs = Math.round(Math.min(LONGEST_DELAY_MS, limits.baseDelayMs * 2 ** (begun - 1)) * (0.5 + this.#host.random() / 2))
      work.emit({
        type: 'command_retry',
        callId: command.callId,
        toolName: command.tool.definition.name,
        lane,
        attempt: begun + 1,
        delayMs,
        error,
      })
      after = { error, delayMs }
      await this.#host.clock.sleep(delayMs, { signal: work.signal })
    }
  }

  /** What the lane changes of an attempt: the time that it may take, and who does the work. */
  #attempt({ command, lane }: Job): LaneAttempt {
    const { tool, timeoutMs = tool.timeoutMs } = command
    const own = tool.timeoutMs === 0 ? 0 : timeoutMs || undefined
    const { workMs, handler } = this.#limits[lane]
    const time = workMs === undefined ? {} : { timeoutMs: shorter(workMs, own) }
    if (handler === 'internal' || command.accesses.some(({ kind }) => kind === 'agent')) return time
    const { sessionId, callId, args } = command
    return {
      ...time,
      tool: toolWith(tool, (input, context) => {
        const { idempotencyKey, signal } = context
        const task = { taskId: this.#host.id('task'), lane, sessionId, callId, tool: tool.definition.name, payload: args, idempotencyKey }
        return handler === 'external' ? this.#tasks.handOut(task, signal) : this.#tasks.show(task, () => tool.execute(input, context))
      }),
    }
  }

  async #noPlace(
    job: Job,
    { why, begun, waitedMs }: { readonly why: NoPlace; readonly begun: number; readonly waitedMs: number },
  ): Promise<ToolOutcome> {
    const metadata = { lane: job.lane, waitedMs }
    if (why === 'closed')
      return resultOf(failed(`This call did not run: the queue of its lane '${job.lane}' was closed.`, { kind: 'cancelled', metadata }))
    const paused = this.#places.stats()[job.lane].paused ? ', which is paused' : ''
    const words = `This call did not run: it waited ${waitedMs} ms for a place in lane '${job.lane}'${paused}.`
    return this.#giveUp(job, failed(words, { kind: 'timeout', metadata }), begun)
  }

  /** The letter is kept before the journal says so. One that cannot be kept is told of, and changes nothing of the call. */
  async #giveUp({ command, work, lane }: Job, result: ToolResult, attempts: number): Promise<ToolOutcome> {
    const { sessionId, runId, callId, args, effect, tool } = command
    const toolName = tool.definition.name
    const error = resultText(result.content)
    const id = `letter-${this.#host.digest(JSON.stringify([sessionId, runId, callId])).slice(0, 32)}`
    const letter: DeadLetter = {
      id,
      sessionId,
      runId,
      callId,
      toolName,
      args,
      lane,
      effect,
      attempts,
      error,
      errorKind: result.errorKind ?? 'failed',
      mayHaveHappened: attempts > 0 && effect !== 'none' && effect !== 'idempotent',
      timestamp: this.#host.clock.now(),
    }
    try {
      await this.#letters.add(letter)
      work.record([{ type: 'command_dead_lettered', callId, toolName, lane, letterId: id, error, attempts }])
    } catch (failure) {
      work.emit({ type: 'persistence_failed', operation: `dead letter of '${toolName}'`, error: toMessage(failure) })
    }
    return resultOf({ ...result, metadata: { ...result.metadata, lane, attempts, letterId: id } })
  }
}

const positive = (weight: number | undefined): number => (weight !== undefined && weight > 0 && weight < Infinity ? weight : 1)

type Job = {
  readonly command: LaneCommand
  readonly work: LaneWork
  readonly lane: LaneName
  readonly holder: Holder
  enter(): Place | NoPlace | Promise<Place | NoPlace>
}

/** No call's identity has a space. */
const keyOf = (sessionId: string, callId: string): string => `${callId} ${sessionId}`

/** The call that made this one: in its session, or as a task in the session of its parent. */
function makerOf({ sessionId, parentCallId, metadata: { parentSessionId, parentCallId: task } }: LaneCommand): string | undefined {
  if (parentCallId !== undefined) return keyOf(sessionId, parentCallId)
  return typeof parentSessionId === 'string' && typeof task === 'string' ? keyOf(parentSessionId, task) : undefined
}

const isTransient = ({ isError, errorKind }: ToolResult, { retryOn }: Limits): boolean =>
  isError && errorKind !== undefined && retryOn.includes(errorKind)

const TWICE_IS_ONCE: ReadonlySet<string> = new Set(['none', 'idempotent', 'keyed'])

/** Of two limits the one that is reached first; `0` is no limit, and a tool that says so knows why. */
const shorter = (lane: number, own: number | undefined): number =>
  own === undefined ? lane : own === 0 || lane === 0 ? own : Math.min(lane, own)
