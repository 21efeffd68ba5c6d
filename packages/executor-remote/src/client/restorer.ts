/** Gets a session its next connection after one was lost, or says why there is none. */
import { toMessage } from '@seamfold/core/kit'
import { closeCodes } from '../protocol/close-codes.ts'
import type { Welcome } from '../protocol/frames.ts'
import type { Ending } from '../protocol/wire.ts'
import { ConnectFailure, type Connection } from './connect.ts'
import type { Settings } from './options.ts'
import { persist } from './persist.ts'

/** Connections in a row that the worker broke off over what we sent, before we believe that it always will. */
const MAX_REFUSALS = 3

export type Elsewhere = (journal: string) => boolean

export class Restorer {
  readonly #settings: Settings
  readonly #session: string
  readonly #graceMs: number
  readonly #giveUp: () => boolean
  readonly #closing = new AbortController()
  #lostAt: number | undefined
  #refusals = 0
  #attempts = 0

  /** `elsewhere` says whether another worker can go on with steps that are in this journal. */
  constructor({ session, graceMs, journal }: Welcome, settings: Settings, elsewhere: Elsewhere) {
    this.#settings = settings
    // Only the worker itself can go on with what is journaled there: for that it has all the time there is.
    this.#giveUp = () => journal === undefined || elsewhere(journal)
    this.#session = session
    this.#graceMs = Math.min(settings.graceMs ?? graceMs, graceMs)
  }

  /** Something got through: patience starts anew. */
  progressed(): void {
    this.#lostAt = undefined
    this.#refusals = 0
    this.#attempts = 0
  }

  stop(why: string): void {
    this.#closing.abort(new ConnectFailure(why, true))
  }

  /** The next connection, or the words of why there is none. `received` is the number of the last frame that arrived. */
  async restore({ code, reason }: Ending, received: number): Promise<Connection | string> {
    const { address, system } = this.#settings
    if (code === closeCodes.closing) return `The worker at ${address} was closed`
    if (code === closeCodes.malformed) this.#refusals += 1
    if (this.#refusals >= MAX_REFUSALS)
      return `The connection to the worker at ${address} was broken off ${this.#refusals} times: ${reason}`
    this.#lostAt ??= system.clock.now()
    const deadline = this.#lostAt + this.#graceMs
    const lost = `The connection to the worker at ${address} was lost (${reason})`
    try {
      const resume = { session: this.#session, received }
      const next = await persist(this.#settings, {
        resume,
        deadline,
        signal: this.#closing.signal,
        attempts: this.#attempts,
        giveUp: this.#giveUp,
      })
      this.#attempts += 1
      if (next.welcome.resumed) return next
      next.wire.close(1000, 'the session is over')
      return `${lost}, and it does not know this session any more: it was restarted, or out of reach for too long`
    } catch (error) {
      const why = error instanceof ConnectFailure && error.final ? '' : ` within ${this.#graceMs} ms`
      return `${lost}, and could not be restored${why} (${toMessage(error)})`
    }
  }
}
