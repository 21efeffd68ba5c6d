/** A scenario that plays a list of turns, one per request. */
import type { Conversation } from '../model/conversation.ts'
import type { TurnLike } from '../model/turn.ts'
import type { Scenario } from './scenario.ts'

/** One step of a script: a turn, or a function that makes one from what really happened. */
export type ScriptStep = TurnLike | ((conversation: Conversation) => TurnLike | Promise<TurnLike>)

export interface Script extends Scenario {
  /** Steps not played yet. */
  readonly remaining: number
  /** Throws when steps were left over, or more requests came than there were steps. */
  assertComplete(): void
  reset(): void
}

/** A step that looks at the conversation, tool results included, before it answers. */
export const react = (respond: (conversation: Conversation) => TurnLike | Promise<TurnLike>): ScriptStep => respond

const ending = (conversation: Conversation): string => {
  const last = conversation.messages.at(-1)
  return last === undefined ? 'no message' : `a ${last.role} message of ${last.parts.map((part) => part.type).join(', ')}`
}

/** Plays the steps in order. A request after the last one fails with status 500 and a message that names it. */
export function script(steps: readonly ScriptStep[]): Script {
  let played = 0
  let extra: string[] = []
  const play = (conversation: Conversation): TurnLike | Promise<TurnLike> => {
    const step = steps[played]
    if (step === undefined) {
      const what = `request ${conversation.request} (${conversation.api}, model ${conversation.model}) ends with ${ending(conversation)}`
      extra.push(what)
      throw new Error(`the script has ${steps.length} steps and all were played, but ${what}; add a step, or find out who asks once more`)
    }
    played += 1
    return typeof step === 'function' ? step(conversation) : step
  }
  const methods = {
    assertComplete() {
      if (extra.length > 0) throw new Error(`the script was complete, but more requests came: ${extra.join('; ')}`)
      if (played < steps.length) throw new Error(`the script has ${steps.length} steps, but only ${played} were asked for`)
    },
    reset() {
      played = 0
      extra = []
    },
  }
  return Object.defineProperty(Object.assign(play, methods), 'remaining', { get: () => steps.length - played }) as Script
}
