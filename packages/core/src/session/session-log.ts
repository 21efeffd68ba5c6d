/** A session's journal with its readers and its inbox: what a holder and a mere onlooker have in common. */
import { AgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { childSignal } from '../base/signals.ts'
import { Hub, type Mark } from '../journal/hub.ts'
import { firstAnswer, type InboxEntry, readInbox, sendToInbox } from '../journal/inbox.ts'
import { type ExtraFold, Journal } from '../journal/journal.ts'
import { Reader } from '../journal/reader.ts'
import type { Envelope, Fact, WaitingFor } from '../model/event.ts'
import type { Prompt } from '../model/message.ts'
import { answerProblem, given } from '../model/answer.ts'
import { isOverdue, openRun, type RunState, type SessionState, waitingOf } from '../model/session-state.ts'
import type { Tool } from '../model/tool.ts'
import type { AnswerKey } from '../model/waiting.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { WatchStore } from '../ports/watch-store.ts'
import { lookedUp } from './looked-up.ts'
import { checkedPrompt } from './session-checks.ts'
import type { Answer, ReadOptions } from './types.ts'
import { type Watching, watching } from '../journal/watching.ts'

/** Milliseconds between looks at a log that another process writes. */
const POLL_MS = 250

export interface SessionLogOptions {
  readonly store: SessionStore
  readonly sessionId: string
  readonly host: Host
  readonly folds?: readonly ExtraFold[]
  readonly watch?: WatchStore | undefined
  readonly protect?: (<T>(value: T) => T) | undefined
  /** Where arguments are edited, what they touch is looked up with these. */
  readonly tools?: readonly Tool[] | undefined
  /** Answers are signed with it, and held to it. */
  readonly answerKey?: AnswerKey | undefined
}

/** Which run's events, how far, and from where the hub has them all. */
export type RunPlace = { readonly run: RunState; readonly end: () => number | undefined; readonly mark: Mark | undefined }

export class SessionLog {
  readonly journal: Journal
  readonly hub: Hub
  readonly #options: SessionLogOptions
  /** Whether this process writes the journal now: then there is nothing to poll for. */
  #writing: () => boolean = () => false
  #sent: Promise<unknown> = Promise.resolve()
  #followers = 0
  #stopPolling: () => void = () => {}

  private constructor(options: SessionLogOptions, journal: Journal) {
    this.#options = options
    this.journal = journal
    this.hub = new Hub(journal, options.host)
  }

  /** `journal` is given where it was opened before. */
  static async open(options: SessionLogOptions, journal?: Journal): Promise<SessionLog> {
    return new SessionLog(options, journal ?? (await Journal.open(options)))
  }

  writesWhile(writing: () => boolean): void {
    this.#writing = writing
  }

  /** The state as stored now. */
  async state(): Promise<SessionState> {
    await this.refresh()
    return this.journal.state
  }

  /** See what others have written. */
  async refresh(): Promise<void> {
    if (!this.#writing()) await this.journal.catchUp()
  }

  async waitingFor(): Promise<readonly WaitingFor[]> {
    return waitingOf(openRun(await this.state()))
  }

  /** Every request of the suspended run is open, and the inbox has no answer: going on would change nothing. */
  async stillWaits(run: RunState): Promise<boolean> {
    const waiting = waitingOf(run)
    if (
      run.status !== 'suspended' ||
      run.cancelRequested !== undefined ||
      waiting.length === 0 ||
      isOverdue(waiting, this.#options.host.clock.now())
    )
      return false
    return (await this.readInbox(this.journal.state)).length === 0
  }

  /** What the inbox has that the journal has not copied. */
  readInbox(state: SessionState): Promise<readonly Fact[]> {
    const { store, sessionId, answerKey: key } = this.#options
    return readInbox(store, sessionId, { state, check: { key } })
  }

  async *events({ after, follow = true, signal }: ReadOptions = {}): AsyncGenerator<Envelope, void, undefined> {
    await this.refresh()
    const { store, host } = this.#options
    const stop = follow ? this.#poll() : undefined
    try {
      yield* new Reader({ hub: this.hub, store, host, after, follow, signal })
    } finally {
      stop?.()
    }
  }

  /** A run's own events, until `end` says where they end. */
  runEvents(
    { run, end, mark }: RunPlace,
    { after, signal }: { readonly after?: string; readonly signal?: AbortSignal } = {},
  ): AsyncIterableIterator<Envelope> {
    const { store, host } = this.#options
    // A mark is where its own segment began: whoever comes back with a cursor may stand behind it.
    const start = after === undefined && mark !== undefined ? { mark } : {}
    return new Reader({ hub: this.hub, store, host, after, from: run.startOffset, runId: run.id, end, signal, ...start })
  }

  /** Whether this answer is the one that counts: the first one does. */
  async answer(requestId: string, said: Answer): Promise<boolean> {
    const answer = this.journal.protect(said) // before it is signed: what is sent is what was signed
    const run = (await this.state()).run
    const request = run?.requests.get(requestId)
    if (request === undefined) {
      const open = waitingOf(run).map((each) => each.requestId)
      throw new AgentError(
        'request_not_found',
        `Session ${this.journal.sessionId} has no request '${requestId}'. These wait: ${open.join(', ') || 'none'}.`,
      )
    }
    const { store, sessionId, answerKey: key, host, tools } = this.#options
    const looked = await lookedUp(answer, request.request, tools)
    const entry = await given(request.request, looked, { key, now: host.clock.now() })
    const check = { key, carried: true }
    const problem = await answerProblem(request.request, entry, check)
    if (problem !== undefined) throw new AgentError('invalid_argument', problem)
    if (request.answer !== undefined) return false
    const from = this.journal.state.inboxNext
    const offset = await this.send({ type: 'answer', requestId, answer: entry })
    return (await firstAnswer(store, sessionId, { request: request.request, from, check })) === offset
  }

  async steer(prompt: Prompt): Promise<void> {
    const run = openRun(await this.state())
    if (run === undefined)
      throw new AgentError('invalid_argument', `Session ${this.journal.sessionId} has no run under way to steer: send a prompt instead`)
    await this.send({ type: 'steer', message: { role: 'user', content: checkedPrompt(prompt) }, runId: run.id })
  }

  async requestCancel(reason: string): Promise<void> {
    const run = openRun(await this.state())
    if (run !== undefined) await this.send({ type: 'cancel', reason, runId: run.id })
  }

  /** Resolves with the entry's offset in the inbox. One at a time: what is said here does not race itself. */
  send(entry: InboxEntry): Promise<number> {
    const { store, sessionId } = this.#options
    const said = this.journal.protect(entry)
    const sent = this.#sent.then(() => sendToInbox(store, sessionId, { entry: said, from: this.journal.state.inboxNext }))
    this.#sent = sent.catch(() => {}) // whoever said it is told
    return sent
  }

  /** Look for what others write for as long as anybody follows. */
  #poll(): () => void {
    if (this.#followers++ === 0) {
      const polling = childSignal()
      // What goes wrong here is that it was stopped, or that the store is gone: then the reader's own read says so.
      const woken = watching(this.#options.watch, this.journal.key, () => this.refresh().catch(() => {}))
      this.#stopPolling = () => {
        polling.abort(new Error('nobody follows any more'))
        woken.stop()
      }
      this.#pollUntil(polling.signal, woken).catch(() => {})
    }
    return () => {
      if (--this.#followers === 0) this.#stopPolling()
    }
  }

  async #pollUntil(signal: AbortSignal, { pauseMs }: Watching): Promise<void> {
    for (;;) {
      await this.#options.host.clock.sleep(pauseMs(POLL_MS), { signal })
      await this.refresh()
    }
  }
}
