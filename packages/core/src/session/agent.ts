/** `createAgent`: the front door. */
import { AgentError } from '../base/errors.ts'
import { present } from '../base/present.ts'
import { Journal } from '../journal/journal.ts'
import { localExecutor } from './local-executor.ts'
import { assertNotDeleted } from './claiming.ts'
import { type AgentParts, toParts } from './parts.ts'
import { LiveSession } from './session.ts'
import { checkedMetadata, checkSessionId } from './session-checks.ts'
import { SessionLog } from './session-log.ts'
import type { Agent, AgentOptions, Session, SendOptions } from './types.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import type { JsonObject } from '../model/json.ts'
import type { Prompt } from '../model/message.ts'
import type { Run } from './types.ts'
import { type UnfinishedRun, unfinishedRuns } from './unfinished.ts'

/** Throws `invalid_argument`, naming the option, before anything is done. */
export function createAgent(options: AgentOptions): Agent {
  return new LocalAgent(options, toParts(options))
}

type SessionRequest = { readonly id?: string; readonly metadata?: JsonObject; readonly create?: boolean }

class LocalAgent implements Agent {
  readonly #options: AgentOptions
  readonly #parts: AgentParts
  /** Weak: a session that nobody holds and that runs nothing may be forgotten. */
  readonly #sessions = new Map<string, WeakRef<LiveSession>>()
  readonly #opening = new Map<string, Promise<LiveSession>>()
  /** Of steps that are under way. */
  readonly #stepAgents = new Set<Agent>()
  #closed = false

  constructor(options: AgentOptions, parts: AgentParts) {
    this.#options = options
    this.#parts = parts
  }

  get durable(): boolean {
    return this.#parts.durable
  }

  async run<T>(prompt: Prompt, { metadata, ...options }: SendOptions<T> & { readonly metadata?: JsonObject } = {}): Promise<Run> {
    const session = await this.session(present({ metadata }))
    return session.send(prompt, options)
  }

  session(request: SessionRequest = {}): Promise<Session> {
    return this.#session(request)
  }

  async #session(request: SessionRequest, journal?: Journal): Promise<Session> {
    this.#assertOpen()
    const id = request.id ?? this.#parts.host.id('session')
    checkSessionId(id)
    // What was open under the name of a session that was just written is of one that was deleted.
    const live = journal === undefined ? this.#sessions.get(id)?.deref() : undefined
    if (live) return live
    const opening = this.#opening.get(id) ?? this.#open(id, request, journal).finally(() => this.#opening.delete(id))
    this.#opening.set(id, opening)
    return opening
  }

  listSessions(): readonly string[] {
    for (const [id, session] of this.#sessions) if (session.deref() === undefined) this.#sessions.delete(id)
    return [...this.#sessions.keys()]
  }

  async closeSession(id: string): Promise<boolean> {
    const session = this.#sessions.get(id)?.deref()
    await session?.close()
    return session !== undefined
  }

  unfinished(): AsyncIterable<UnfinishedRun> {
    const { store, host } = this.#parts
    return unfinishedRuns(store, host, { isRunning: (id) => this.#sessions.get(id)?.deref()?.currentRun !== undefined })
  }

  executor(): AgentExecutor {
    const { store, unanswered } = this.#parts
    return localExecutor(this, this.#options, async (options, work) => {
      this.#assertOpen()
      const agent = createAgent({ ...options, store, unanswered })
      this.#stepAgents.add(agent)
      try {
        return await work(agent)
      } finally {
        await agent.close().finally(() => this.#stepAgents.delete(agent))
      }
    })
  }

  async close(): Promise<void> {
    this.#closed = true // first, so that no new run slips in
    await Promise.all([...this.#opening.values()].map((opening) => opening.catch(() => {}))) // whoever opens it is told
    await Promise.all([...this.#sessions.values()].map(async (session) => session.deref()?.close()))
    await Promise.all([...this.#stepAgents].map((agent) => agent.close()))
    await Promise.all(this.#parts.bindings.map(async ({ settled }) => settled?.()))
  }

  #assertOpen(): void {
    if (this.#closed) throw new AgentError('session_closed', 'The agent was closed: create a new one')
  }

  async #open(
    id: string,
    { id: given, metadata: asked = {}, create = true }: SessionRequest,
    journal: Journal | undefined,
  ): Promise<LiveSession> {
    const metadata = checkedMetadata(asked)
    const { store, host, folds, watch, protect, answerKey, tools } = this.#parts
    const options = { store, sessionId: id, host, folds, watch, protect, answerKey, tools }
    if (given !== undefined && journal === undefined) await assertNotDeleted(store, id)
    const log = await SessionLog.open(options, given === undefined ? Journal.begin(options) : journal)
    this.#assertOpen()
    if (!create && log.journal.state.length === 0)
      throw new AgentError('session_not_found', `There is no session '${id}' in this store, and create is false`)
    const session = new LiveSession({
      parts: this.#parts,
      log,
      metadata,
      open: (other, branch) => this.#session({ id: other, create: false }, branch),
      onClose: () => this.#sessions.delete(id),
    })
    this.#sessions.set(id, new WeakRef(session))
    const { bindings, stack } = this.#parts
    for (const { opened, middleware } of bindings)
      opened?.(log.journal, () => log.journal.extra(stack.findIndex((each) => each === middleware[0])))
    return session
  }
}
