/** An answer to a request: whether it may count, and the fact that records it. */
import { present } from '../base/present.ts'
import { isJsonObject } from './json.ts'
import { jsonSchema } from './schema.ts'
import type { AnswerFact } from './session-state.ts'
import type { AnswerDecision, AnswerKey, WaitingFor } from './waiting.ts'

/** What an answer is held to: by whoever gives it, and again by whoever takes it. */
export type AnswerCheck = {
  readonly key: AnswerKey | undefined
  /** Milliseconds since the epoch. */ readonly now: number
  /** Whoever takes it looks at its signature. */ readonly carried?: boolean
}

/** Why this is no answer to the request; undefined when it is one. */
export async function answerProblem(
  request: WaitingFor,
  answer: AnswerDecision,
  { key, now, carried }: AnswerCheck,
): Promise<string | undefined> {
  const { kind, reply = {}, deadline = Infinity, signed } = request
  const decision = (answer as AnswerDecision | undefined)?.decision
  if (decision === 'timeout') return deadline > now ? 'Its deadline has not passed' : undefined
  const way = kind === 'confirmation' ? 'approve' : 'reply'
  if ((decision !== way && decision !== 'reject') || (answer.decision === 'approve' && !areRules(answer.always ?? [])))
    return `An answer is { decision: '${way}' } or { decision: 'reject' }; this is ${JSON.stringify(answer, ['decision']) ?? 'undefined'}`
  if (answer.decision === 'reply') {
    const parsed = await jsonSchema(reply).parse(answer.value)
    if (!parsed.ok) return `This reply does not fit: ${parsed.problems.join('; ')}`
  }
  return (key ? await key.verify(request, answer) : !signed || (carried && answer.signature))
    ? undefined
    : 'The answer is not signed with the key of this session'
}

const areRules = (rules: unknown): boolean =>
  Array.isArray(rules) && rules.every((rule: unknown) => isJsonObject(rule) && isJsonObject(rule.allow))

/** `inboxOffset` is left out for what the holder of the session says itself. */
export function answerFact({ requestId, callId, kind, onDeadline }: WaitingFor, answer: AnswerDecision, inboxOffset?: number): AnswerFact {
  const { decision, by } = answer
  const late = decision === 'timeout'
  const approved = late ? onDeadline === 'approve' : decision !== 'reject'
  const message = late && !approved ? 'nobody answered in time' : decision === 'reject' ? answer.message : undefined
  return {
    type: late ? 'confirmation_timeout' : kind === 'external_task' ? 'external_task_completed' : 'confirmation_received',
    requestId,
    callId,
    approved,
    ...present({ message }),
    ...(decision === 'approve' && present({ args: answer.input, always: answer.always })),
    ...(decision === 'reply' && { reply: answer.value }),
    ...present({ by, inboxOffset }),
  }
}
