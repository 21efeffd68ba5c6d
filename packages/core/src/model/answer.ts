/** An answer to a request, as the fact that records it. */
import type { AnswerDecision, FactOf, WaitingFor } from './event.ts'

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
