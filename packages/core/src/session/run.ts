/** A run in a user's hands: readable by many, and always ending in a value. */
import type { Mark } from '../journal/hub.ts'
import type { Envelope } from '../model/event.ts'
import type { Prompt } from '../model/message.ts'
import type { RunState } from '../model/session-state.ts'
import { completedOrThrow } from './run-result.ts'
import type { RunPlace, SessionLog } from './session-log.ts'
import type { CompletedRun, Run, RunResult } from './types.ts'

export interface RunParts {
  readonly state: RunState
  readonly log: SessionLog
  readonly result: Promise<RunResult>
  /** Where the segment under way begins; none for a run that is not. */
  readonly mark: Mark | undefined
  steer(prompt: Prompt): Promise<void>
  cancel(reason: string): Promise<boolean>
}

export const CANCELLED_BY_HOST = 'cancelled by host'

export class RunHandle implements Run {
  readonly id: string
  readonly sessionId: string
  readonly result: Promise<RunResult>
  readonly #parts: RunParts
  #end: number | undefined

  constructor(parts: RunParts) {
    this.#parts = parts
    this.id = parts.state.id
    this.sessionId = parts.log.journal.sessionId
    this.result = parts.result.finally(() => {
      this.#end = parts.log.journal.state.length - 1
      parts.log.hub.wake()
    })
  }

  async completed(): Promise<CompletedRun> {
    return completedOrThrow(await this.result)
  }

  events(options: { readonly after?: string; readonly signal?: AbortSignal } = {}): AsyncIterable<Envelope> {
    return this.#parts.log.runEvents(this.#place(), options)
  }

  [Symbol.asyncIterator](): AsyncIterator<Envelope> {
    return this.#parts.log.runEvents(this.#place())
  }

  #place(): RunPlace {
    return { run: this.#parts.state, end: () => this.#end, mark: this.#parts.mark }
  }

  steer(prompt: Prompt): Promise<void> {
    return this.#parts.steer(prompt)
  }

  cancel(reason: string = CANCELLED_BY_HOST): Promise<boolean> {
    return this.#parts.cancel(reason)
  }
}
