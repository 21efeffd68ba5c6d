/** One segment of a run: from a claim to the end, a suspension or a loss. It always comes to a result. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import { present } from '../base/present.ts'
import { type ChildSignal, onAbort } from '../base/signals.ts'
import type { LoopContext } from '../loop/context.ts'
import type { RunContext } from '../loop/middleware.ts'
import { runSpine } from '../loop/spine.ts'
import { inboxKey } from '../journal/keys.ts'
import { structuredOutput } from '../loop/output-tool.ts'
import type { Fact } from '../model/event.ts'
import { toolCallsOf } from '../model/message.ts'
import type { RunState, SessionState } from '../model/session-state.ts'
import type { Holding } from './holding.ts'
import { type Ending, endFacts, endingFacts } from './closing.ts'
import type { AgentParts } from './parts.ts'
import type { SessionLog } from './session-log.ts'
import { watching } from '../journal/watching.ts'

/** Milliseconds between looks at the inbox while a run is under way. */
const INBOX_POLL_MS = 500

export interface SegmentOptions {
  readonly parts: AgentParts
  readonly log: SessionLog
  readonly runId: string
  readonly control: ChildSignal
  readonly holding: Holding
}

export class Segment {
  readonly #options: SegmentOptions
  #draining: Promise<void> | undefined
  #dirty = true
  /** Its end has been said: nothing more is written under its claim. */
  #over = false

  constructor(options: SegmentOptions) {
    this.#options = options
  }

  /** Somebody has spoken to the inbox: look at once. */
  async poke(): Promise<void> {
    this.#dirty = true
    await this.#drain()
  }

  /** Resolves when what ended the segment is stored. Throws when it could not be. */
  async run(): Promise<void> {
    const { log, control } = this.#options
    const stops = [this.#watchInbox(), this.#watchCancel(), this.#watchTime()]
    try {
      const end = await runSpine(this.#context())
      this.#over = true
      await this.#append([...endFacts(this.#run(), end), this.#released()], { sync: true })
    } catch (error) {
      control.abort(error)
      await this.#endShort(endingOf(error, control.signal))
    } finally {
      for (const stop of stops) stop()
      control.release()
      log.hub.wake()
    }
  }

  /** Say how it ended. A session that was lost is not ours to write; whoever took it goes on. */
  async #endShort(ending: Ending): Promise<void> {
    if (ending.type === 'failed' && ending.error.code === 'session_lost') throw ending.error
    this.#over = true
    // A turn that was said whole is in the history already, stored or on its way.
    const partial = this.#run().inFlight ? (this.#options.log.hub.provisional?.text ?? '') : ''
    await this.#append([...endingFacts(this.#run(), ending, partial), this.#released()], { sync: true })
  }

  #released(): Fact {
    return { type: 'session_released', fence: this.#state().claim?.fence ?? 0 }
  }

  #append(facts: readonly Fact[], options?: { readonly sync?: boolean; readonly lazy?: boolean }): Promise<void> {
    return this.#options.log.journal.append(facts, this.#options.runId, options)
  }

  #state(): SessionState {
    return this.#options.log.journal.said
  }

  #run(): RunState {
    const { run } = this.#state()
    if (run?.id !== this.#options.runId)
      throw new AgentError('session_lost', `Run ${this.#options.runId} is no longer the one under way in its session`)
    return run
  }

  #context(): LoopContext {
    const { parts, log, runId, holding } = this.#options
    const run = this.#runContext()
    const { output } = this.#run()
    const extra = output !== undefined && parts.llm.model.structuredOutput === 'tool' ? [structuredOutput(output.schema)] : []
    return {
      run,
      llm: parts.llm,
      instructions: parts.instructions,
      tools: extra.length > 0 ? [...parts.tools, ...extra] : parts.tools,
      stages: parts.stack.map((middleware, index) => ({
        name: middleware.name,
        stages: middleware.start(run, () => log.journal.extra(index)),
      })),
      maxParallelTools: parts.maxParallelTools,
      requests: parts.requests,
      usedCallIds: new Set(
        this.#state()
          .history.toArray()
          .flatMap((message) => toolCallsOf(message).map(({ id }) => id)),
      ),
      fence: this.#state().claim?.fence ?? 0,
      nextOffset: () => this.#state().length,
      beginTurn: (turn, attempt) => log.hub.beginTurn(turn, attempt),
      publishDeltas: (deltas) => log.hub.publishDeltas(deltas, runId),
      drainInbox: () => this.#drain(),
      assertHolding() {
        log.journal.assertUsable()
        holding.assert()
      },
    }
  }

  #runContext(): RunContext {
    const { parts, log, runId, control } = this.#options
    return {
      runId,
      sessionId: log.journal.sessionId,
      metadata: this.#state().metadata,
      model: parts.llm.model,
      host: parts.host,
      signal: control.signal,
      output: this.#run().output,
      state: () => this.#state(),
      append: (facts, options) => this.#append(facts, options),
      emit: (event) => log.hub.publishLive([event], runId),
      until: (read, signal) => this.#until(read, signal),
      answer: async (requestId, answer) => {
        const counts = await log.answer(requestId, answer)
        await this.poke()
        return counts
      },
      signed: parts.answerKey ? { signed: true, ...present({ keyId: parts.answerKey.id }) } : {},
    }
  }

  #until<T>(read: (state: SessionState) => T | undefined, signal: AbortSignal): Promise<T> {
    const { journal } = this.#options.log
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const value = read(journal.state)
        if (value === undefined) return
        unsubscribe()
        release()
        resolve(value)
      }
      const unsubscribe = journal.onCommit(look)
      const release = onAbort(signal, () => {
        unsubscribe()
        reject(signal.reason as Error)
      })
      look()
    })
  }

  /** Copy what the inbox has that the journal has not. One at a time: what is copied twice would be said twice. */
  async #drain(): Promise<void> {
    while ((this.#dirty || this.#draining) && !this.#over)
      await (this.#draining ??= this.#copyInbox().finally(() => (this.#draining = undefined)))
  }

  async #copyInbox(): Promise<void> {
    this.#dirty = false
    const facts = await this.#options.log.readInbox(this.#state())
    // The end may have been said while the inbox was read: then the entries wait for whoever comes next.
    if (facts.length > 0 && !this.#over) await this.#append(facts, { sync: true })
  }

  #watchInbox(): () => void {
    const { parts, log, control } = this.#options
    let stop: (() => void) | undefined
    let stopped = false
    const look = (): Promise<void> => this.poke().catch((error: unknown) => control.abort(error))
    const woken = watching(parts.watch, inboxKey(log.journal.sessionId), look)
    const arm = (): void => {
      if (!stopped) stop = parts.host.clock.timer(woken.pauseMs(INBOX_POLL_MS), () => void look().then(arm))
    }
    arm()
    return () => {
      stopped = true
      woken.stop()
      stop?.()
    }
  }

  #watchCancel(): () => void {
    const { log, control } = this.#options
    const look = (): void => {
      const { run } = log.journal.state
      if (run?.cancelRequested !== undefined) control.abort(new AgentError('cancelled', run.cancelRequested))
    }
    look()
    return log.journal.onCommit(look)
  }

  #watchTime(): () => void {
    const { parts, control } = this.#options
    if (parts.totalMs === 0) return () => {}
    const late = new AgentError('timeout', `The run did not end within ${parts.totalMs} ms`, { retryable: false })
    return parts.host.clock.timer(parts.totalMs, () => control.abort(late))
  }
}

/** What ended it: the reason of its signal where that fired, else what was thrown. */
function endingOf(error: unknown, signal: AbortSignal): Ending {
  const cause: unknown = signal.aborted ? signal.reason : error
  if (isAgentError(cause, 'cancelled')) return { type: 'cancelled', reason: cause.message }
  if (isAgentError(cause)) return { type: 'failed', error: cause }
  if (cause instanceof DOMException && cause.name === 'AbortError') return { type: 'cancelled', reason: cause.message }
  return { type: 'failed', error: new AgentError('internal', toMessage(cause), { cause }) }
}
