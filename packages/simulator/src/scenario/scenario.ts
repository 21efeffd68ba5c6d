/** A scripted model: from the conversation so far to the next turn. */
import type { Conversation } from '../model/conversation.ts'
import type { TurnLike } from '../model/turn.ts'

export interface Scenario {
  (conversation: Conversation): TurnLike | Promise<TurnLike>
  /** Forgets what the scenario has played; called by the server's `reset()`. */
  reset?(): void
}
