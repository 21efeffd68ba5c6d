/** A session that this process may write: one run at a time, from wherever its journal stands. */
import { AgentError } from '../base/errors.ts'
import { present } from '../base/present.ts'
import { childSignal } from '../base/signals.ts'
import type { Journal } from '../journal/journal.ts'
import { openRunKey } from '../journal/keys.ts'
import type { Envelope, Fact, WaitingFor } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'
import type { ImageBlock, Message, Prompt, TextBlock } from '../model/message.ts'
import { toSchema } from '../model/schema.ts'
import { isChildRun, openRun, type RunState, type SessionState } from '../model/session-state.ts'
import { heldElsewhere, type Holding, hold } from './holding.ts'
import { announceRun, type Before, claim, exhaustion, notClaimed } from './claiming.ts'
import { type Ending, endingFacts } from './closing.ts'
import { journalAt, writeFork } from './fork.ts'
import type { AgentParts } from './parts.ts'
import { CANCELLED_BY_HOST, RunHandle } from './run.ts'
import { resultFrom } from './run-result.ts'
import { writeRewinding } from './rewind.ts'
import { Segment } from './segment.ts'
import { settled } from './settled.ts'
import { asCancel, busyError, checkedPrompt, childError, closedError, earlierRun } from './session-checks.ts'
import type { SessionLog } from './session-log.ts'
import type { Mark } from '../journal/hub.ts'
import type { Answer, ForkOptions, ReadOptions, ResumeOptions, RewindOptions, Run, RunResult, SendOptions, Session } from './types.ts'

export interface LiveSessionOptions {
  readonly parts: AgentParts
  readonly log: SessionLog
  /** For a session that is new. */
  readonly metadata: JsonObject
  /** Opens another session of the same agent, whose journal was just written. */
  open(id: string, journal: Journal): Promise<Session>
  /** Called once, when it is closed. */
  onClose(): void
}

type StartOptions = {
  readonly runId: string
  readonly signal: AbortSignal | undefined
  readonly facts: readonly Fact[]
  readonly before: Before | undefined
}

type Current = { readonly run: RunHandle; readonly segment: Segment; readonly abort: (reason: unknown) => void }

export class LiveSession implements Session {
  readonly id: string
  readonly metadata: JsonObject
  readonly #options: LiveSessionOptions
  #current: Current | undefined
  /** A send, resume or cancel that has not come to its run yet. */
  #starting: Promise<unknown> | undefined
  /** Sends with an id, one after the other. */
  #namedSends: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: LiveSessionOptions) {
    this.#options = options
    const { state, sessionId } = options.log.journal
    this.id = sessionId
    this.metadata = state.length === 0 ? options.metadata : state.metadata
    options.log.hub.owner = this
    options.log.writesWhile(() => this.#current !== undefined || this.#starting !== undefined)
  }

  get currentRun(): Run | undefined {
    return this.#current?.run
  }

  state(): Promise<SessionState> {
    return this.#options.log.state()
  }

  waitingFor(): Promise<readonly WaitingFor[]> {
    return this.#options.log.waitingFor()
  }

  events(options?: ReadOptions): AsyncIterable<Envelope> {
    return this.#options.log.events(options)
  }

  async history(): Promise<readonly Message[]> {
    return (await this.state()).history.toArray()
  }

  async runs(): Promise<readonly RunState[]> {
    const { ended, run } = await this.state()
    return run === undefined ? ended.toArray() : [...ended.toArray(), run]
  }

  async answer(requestId: string, answer: Answer): Promise<boolean> {
    const counts = await this.#options.log.answer(requestId, answer)
    await this.#current?.segment.poke()
    return counts
  }

  async steer(prompt: Prompt): Promise<void> {
    await this.#options.log.steer(prompt)
    await this.#current?.segment.poke()
  }

  async send<T>(prompt: Prompt, options: SendOptions<T> = {}): Promise<Run> {
    const blocks = this.#options.log.journal.protect(checkedPrompt(prompt))
    const output = options.output === undefined ? undefined : { name: 'answer', schema: toSchema(options.output).json }
    options.signal?.throwIfAborted()
    if (options.id === undefined) return this.#sendNow(blocks, output, options)
    // The same send twice at once: the second one waits for the first, and finds its run.
    const sending = this.#namedSends.then(() => this.#sendNow(blocks, output, options))
    this.#namedSends = sending.then(ignore, ignore)
    return sending
  }

  async #sendNow(blocks: readonly (TextBlock | ImageBlock)[], output: RunState['output'], options: SendOptions): Promise<Run> {
    const earlier = await this.#sameSend(options.id, blocks)
    if (earlier) return earlier
    return this.#exclusively(async () => {
      const { parts, log } = this.#options
      await log.journal.catchUp()
      const open = openRun(log.journal.state)
      if (open !== undefined && !(options.rejectPending === true && open.status === 'suspended'))
        throw (await heldElsewhere(parts.leases, this.id)) ?? busyError(this.id, open, false)
      const runId = parts.host.id('run')
      const start: Fact = {
        type: 'agent_start',
        sendId: options.id ?? runId,
        prompt: blocks,
        digests: parts.digests(),
        ...present({ output }),
      }
      const before = open && { runId: open.id, facts: endingFacts(open, { type: 'cancelled', reason: 'superseded by a new prompt' }, '') }
      return this.#start({ runId, signal: options.signal, facts: [start], before })
    })
  }

  async resume({ signal, asChild }: ResumeOptions = {}): Promise<Run | undefined> {
    await this.#begun()
    if (this.#current) return this.#current.run
    return this.#exclusively(async () => {
      const { log, parts } = this.#options
      await log.journal.catchUp()
      const open = openRun(log.journal.state)
      if (open === undefined) return undefined
      if (!asChild && isChildRun(open, this.metadata)) throw childError(this.id, this.metadata)
      if (!parts.asks && (await log.stillWaits(open))) return this.#handle(open)
      const error = exhaustion(open, log.journal.state)
      if (error !== undefined) return this.#handle(await this.#endOpen(open, { type: 'failed', error }))
      return this.#start({ runId: open.id, signal, facts: [], before: undefined })
    })
  }

  async cancel(reason: string = CANCELLED_BY_HOST): Promise<boolean> {
    await this.#begun()
    if (this.#current) return this.#stop(this.#current, reason)
    return this.#exclusively(async () => {
      const { log } = this.#options
      await log.journal.catchUp()
      const open = openRun(log.journal.state)
      if (open !== undefined) await this.#endOpen(open, { type: 'cancelled', reason })
      return open !== undefined
    })
  }

  /** Ends a run that nobody is at work on, in one append. */
  async #endOpen(open: RunState, ending: Ending): Promise<RunState> {
    const { log, parts } = this.#options
    const facts = endingFacts(open, ending, '')
    await this.#whileHeld((holding) => claim(log, { holding, runId: open.id, metadata: this.metadata, facts, release: true }))
    await parts.store.delete(openRunKey(this.id, open.id))
    return log.journal.state.run ?? open
  }

  async #whileHeld(work: (holding: Holding) => Promise<void>): Promise<void> {
    const holding = await this.#hold(() => {})
    try {
      await work(holding)
    } catch (error) {
      throw await notClaimed(this.#options.log, error)
    } finally {
      await holding.release(this.#options.log.journal.state.claim === undefined)
    }
  }

  async fork({ at, id = this.#options.parts.host.id('session'), metadata = {}, keepRun = false }: ForkOptions = {}): Promise<Session> {
    const { parts, log } = this.#options
    await log.refresh()
    const atHead = at === undefined || at === log.journal.cursor
    const origin = atHead ? log.journal : await this.#journalAt(at)
    return this.#options.open(id, await writeFork({ store: parts.store, origin, forkId: id, metadata, keepRun }))
  }

  async rewind({ to, keepRun = false }: RewindOptions): Promise<void> {
    return this.#exclusively(async () => {
      const { log, parts } = this.#options
      const { store, host } = parts
      await this.#whileHeld(() => writeRewinding({ store, host, sessionId: this.id, to, keepRun }))
      await log.journal.catchUp()
    })
  }

  async at(cursor: string): Promise<SessionState> {
    return (await this.#journalAt(cursor)).state
  }

  #journalAt(at: string): Promise<Journal> {
    const { store, host, folds, protect } = this.#options.parts
    return journalAt({ store, host, folds, protect, sessionId: this.id, at })
  }

  async close(): Promise<void> {
    if (!this.#closed) this.#options.onClose()
    this.#closed = true
    await this.#starting?.catch(() => {}) // what slipped in before the flag is stopped behind it
    this.#current?.abort(new AgentError('cancelled', 'the session was closed'))
    await this.#current?.run.result
    this.#options.log.hub.close()
  }

  /** Who has read the end of a run may go on at once: what is left to tidy up is waited for. */
  async #lastSegment(): Promise<void> {
    if (this.#options.log.journal.state.claim === undefined) await this.#current?.run.result
  }

  async #begun(): Promise<void> {
    await this.#lastSegment()
    await this.#starting?.catch(() => {}) // whoever starts it is told; here it is only waited for
  }

  /** One start at a time: a second one is refused, not queued. */
  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    await this.#lastSegment()
    if (this.#closed) throw closedError(this.id)
    if (this.#current || this.#starting) throw busyError(this.id, this.#options.log.journal.said.run, true)
    const starting = work().finally(() => (this.#starting = undefined))
    this.#starting = starting
    return starting
  }

  /** The run that this send id stands for already. */
  async #sameSend(sendId: string | undefined, prompt: readonly (TextBlock | ImageBlock)[]): Promise<Run | undefined> {
    if (sendId === undefined) return undefined
    const known = earlierRun(await this.runs(), sendId, prompt)
    if (known === undefined) return undefined
    return this.#current?.run.id === known.id ? this.#current.run : this.#handle(known)
  }

  #handle(state: RunState, result: Promise<RunResult> = Promise.resolve(resultFrom(state, this.id)), mark?: Mark): RunHandle {
    const { log } = this.#options
    const cancel = (reason: string): Promise<boolean> => this.#cancelRun(state.id, reason)
    return new RunHandle({ state, log, result, mark, steer: (prompt) => this.steer(prompt), cancel })
  }

  async #start({ runId, signal, facts, before }: StartOptions): Promise<Run> {
    const { parts } = this.#options
    const control = childSignal(signal, asCancel)
    const holding = await this.#hold((error) => control.abort(error))
    try {
      await announceRun(parts.store, this.id, runId)
      await claim(this.#options.log, { holding, runId, metadata: this.metadata, facts, before })
      if (before) await parts.store.delete(openRunKey(this.id, before.runId))
    } catch (error) {
      control.release()
      await holding.release(this.#options.log.journal.state.claim === undefined)
      throw await notClaimed(this.#options.log, error)
    }
    return this.#launch(runId, { control, holding })
  }

  #launch(runId: string, { control, holding }: { readonly control: ReturnType<typeof childSignal>; readonly holding: Holding }): Run {
    const { parts, log } = this.#options
    const segment = new Segment({ parts, log, runId, control, holding })
    const state = log.journal.state.run
    if (state?.id !== runId) throw new AgentError('internal', `Run ${runId} was claimed and is not there`)
    const mark = log.hub.mark()
    const result = settled(segment, { parts, log, state, holding }).finally(() => (this.#current = undefined))
    const run = this.#handle(state, result, mark)
    this.#current = { run, segment, abort: (reason) => control.abort(reason) }
    return run
  }

  /** Whichever segment the run is in, and also between two of them. */
  async #cancelRun(runId: string, reason: string): Promise<boolean> {
    if (openRun(this.#options.log.journal.state)?.id !== runId) return false
    return this.#current?.run.id === runId ? this.#stop(this.#current, reason) : this.cancel(reason)
  }

  async #stop({ run, abort }: Current, reason: string): Promise<boolean> {
    abort(new AgentError('cancelled', reason))
    return (await run.result).status === 'cancelled'
  }

  #hold(onLost: (error: AgentError) => void): Promise<Holding> {
    const { leases, host } = this.#options.parts
    return hold({ leases, sessionId: this.id, host, onLost })
  }
}

const ignore = (): void => {}
