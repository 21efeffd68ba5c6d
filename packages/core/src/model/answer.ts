/** An answer to a request, as the fact that records it. */
import { AgentError } from '../base/errors.ts'
import type { AnswerDecision, FactOf, WaitingFor } from './event.ts'
import { isJsonObject } from './json.ts'

/** Throws `invalid_argument` for what no request could be answered with: who gave it would wait for nothing. */
export function assertAnswer(answer: AnswerDecision): void {
  const given: unknown = answer
  if (isJsonObject(given) && (given.decision === 'approve' || given.decision === 'reject')) return
  throw new AgentError(
    'invalid_argument',
    `An answer is { decision: 'approve', input? } or { decision: 'reject', message? }; this is ${JSON.stringify(given) ?? 'undefined'}`,
  )
}

/** `inboxOffset` is left out for an answer that was given in place. */
export function answerFact(
  { requestId, callId }: WaitingFor,
  answer: AnswerDecision,
  inboxOffset?: number,
): FactOf<'confirmation_received'> {
  return {
    type: 'confirmation_received',
    requestId,
    callId,
    approved: answer.decision === 'approve',
    ...(answer.decision === 'reject' && answer.message !== undefined ? { message: answer.message } : {}),
    ...(answer.decision === 'approve' && answer.input !== undefined ? { args: answer.input } : {}),
    ...(answer.by === undefined ? {} : { by: answer.by }),
    ...(inboxOffset === undefined ? {} : { inboxOffset }),
  }
}
