/** What of one request to a model is not as the journal has it. */
import type { Message } from './message.ts'

/**
 * An empty one says that what was sent is what the journal has: the run's system prompt, the history, the tools of the agent, nothing
 * else. Each field is there only where it differs.
 */
export type RequestNote = {
  /** `provider/id`, where the run goes on with another model than it began with. */
  readonly model?: string
  /** Tokens that the answer may have. Default: the adapter's. */
  readonly maxOutputTokens?: number
  /** Default: `auto`. */
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string }
  /** The name of the schema that the model itself holds the answer to. */
  readonly output?: string
  /** The tools that were sent, by name, where they are not those that the run began with. */
  readonly tools?: readonly string[]
  /** What stood behind the run's system prompt; null where that itself was changed. */
  readonly system?: string | null
  /** So many messages are those of the history, and others follow. Default: all of them are, and none follows. */
  readonly kept?: number
  /** Those that follow. Left out where they are long. */
  readonly added?: readonly Message[]
  /** Of `[system, messages, tools]` as JSON, as they were sent: where any of them differs. */
  readonly digest?: string
}
