/** Turns that fail the way providers fail. */
import { checkedTurn, checkFaults } from '../model/turn-check.ts'
import type { AnswerTurn, Block, FailureTurn, StreamFaults } from '../model/turn.ts'

type Options = Partial<Omit<FailureTurn, 'type' | 'status'>>

/** Any HTTP failure. */
export const failure = (status: number, options: Options = {}): FailureTurn => checkedTurn({ type: 'failure', status, ...options })

/** 429; `retryAfter` in seconds or as a date. */
export const rateLimited = (options: Options = {}): FailureTurn => failure(429, options)

/** Overload as the provider says it: 529 for Anthropic, 503 for OpenAI. */
export const overloaded = (options: Options = {}): FailureTurn => checkedTurn({ type: 'failure', status: 'overloaded', ...options })

export const serverError = (options: Options = {}): FailureTurn => failure(500, options)

export const unauthorized = (options: Options = {}): FailureTurn => failure(401, options)

export const badRequest = (message: string, options: Options = {}): FailureTurn => failure(400, { message, ...options })

/** The connection breaks before anything is answered. */
export const disconnected = (options: Options = {}): FailureTurn => failure(0, options)

/** An answer whose stream goes wrong. Throws a `TypeError` for faults that there are not: they would not happen. */
export function faulty(blocks: readonly Block[], faults: StreamFaults): AnswerTurn {
  checkFaults(faults)
  return checkedTurn({ type: 'answer', blocks, faults })
}
