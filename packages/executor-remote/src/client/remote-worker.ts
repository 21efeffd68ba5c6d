/** A worker as its caller sees it: connected to when a step needs it, left when it is not wanted any more. */
import { toMessage, type AgentStepSpec, type ExecuteOptions } from '@seamfold/core/kit'
import { CallerSession } from './caller-session.ts'
import { ConnectFailure } from './connect.ts'
import { POLICIES_VERSION, type Welcome } from '../protocol/frames.ts'
import { unbegun, untouchedResult, type StepResult } from './open-steps.ts'
import type { Settings } from './options.ts'
import { persist } from './persist.ts'
import type { Elsewhere } from './restorer.ts'
import { SharedWait } from './shared-wait.ts'
import type { WorkerState } from './worker-status.ts'

/** New sessions that one step may need before it is given up: each was gone before the step could be sent. */
const MAX_SESSIONS = 3

/** Why it must not get a step that comes with policies: it would do it without them. */
export const knowsNoPolicies = (version: number): string => `speaks version ${version} of the protocol, which knows no policies of a step`

export class RemoteWorker {
  readonly url: string
  /** The URL as it is told in words. */
  readonly address: string
  readonly #settings: Settings
  readonly #elsewhere: Elsewhere
  readonly #closing = new AbortController()
  readonly #waits = new SharedWait()
  #session: CallerSession | undefined
  #opening: Promise<CallerSession> | undefined

  /** `elsewhere` says whether another worker can go on with steps that are in this journal. Default: there is no other. */
  constructor(settings: Settings, elsewhere: Elsewhere = () => false) {
    this.url = settings.url
    this.address = settings.address
    this.#settings = settings
    this.#elsewhere = elsewhere
  }

  /** What it said of itself when it was last connected to. */
  get welcome(): Welcome | undefined {
    return this.#session?.welcome
  }

  get state(): WorkerState {
    if (this.#session === undefined || this.#session.over) return this.#opening === undefined ? 'unconnected' : 'connecting'
    if (this.#session.draining) return 'draining'
    return this.#session.responsive ? 'connected' : 'restoring'
  }

  /** Resolves once there is a connection. Gives words when there is none. */
  async reach(): Promise<string | undefined> {
    const words = await this.#reached(this.#closing.signal)
    return typeof words === 'string' ? words : undefined
  }

  /** `journal` names the one that it must share, where the step was begun before. Rejects with the signal's reason only. */
  async run(spec: AgentStepSpec, options: ExecuteOptions, journal?: string): Promise<StepResult> {
    for (let count = 1; ; count++) {
      const session = this.#session?.over === false ? this.#session : await this.#reached(options.signal)
      if (typeof session === 'string') return unbegun(spec, session)
      if (journal !== undefined && journal !== session.welcome.journal)
        return untouchedResult(spec, `The worker at ${this.address} does not share the journal ${journal}`)
      if (spec.authority?.policies !== undefined && session.welcome.version < POLICIES_VERSION)
        return untouchedResult(spec, `The worker at ${this.address} ${knowsNoPolicies(session.welcome.version)}`)
      const result = await session.run(spec, options)
      if (result.fate !== 'not_started' || !session.over || this.#closing.signal.aborted || count === MAX_SESSIONS) return result
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new ConnectFailure('this executor was closed', true))
    await this.#opening?.catch(() => {})
    await this.#session?.leave()
  }

  async #reached(signal: AbortSignal): Promise<CallerSession | string> {
    try {
      return await this.#waits.until(this.#current(), signal)
    } catch (error) {
      if (signal !== this.#closing.signal) signal.throwIfAborted()
      return `The worker at ${this.address} cannot be reached (${toMessage(error)}): the step was not started`
    }
  }

  #current(): Promise<CallerSession> {
    if (this.#closing.signal.aborted) return Promise.reject(this.#closing.signal.reason as Error)
    if (this.#session?.over === false) return Promise.resolve(this.#session)
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #open(): Promise<CallerSession> {
    const deadline = this.#settings.system.clock.now() + this.#settings.connectMs
    const connection = await persist(this.#settings, { deadline, signal: this.#closing.signal })
    this.#session = new CallerSession(connection, this.#settings, this.#elsewhere)
    return this.#session
  }
}
