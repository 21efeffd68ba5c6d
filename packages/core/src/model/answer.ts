/** An answer to a request: whether it may count, and the fact that records it. */
import { present } from '../base/present.ts'
import { isJsonObject } from './json.ts'
import { jsonSchema } from './schema.ts'
import type { AnswerFact } from './session-state.ts'
import type { AnswerDecision, AnswerKey, WaitingFor } from './waiting.ts'

/** What an answer is held to: by whoever gives it, and again by whoever takes it. */
export type AnswerCheck = {
  readonly key: AnswerKey | undefined
  /** Whoever takes it looks at its signature. */ readonly carried?: boolean
}

/** An answer as it is given here: at this time, and signed where the key is known. */
export async function given(
  request: WaitingFor,
  answer: AnswerDecision,
  { key, now }: { readonly key: AnswerKey | undefined; readonly now: number },
): Promise<AnswerDecision> {
  const said = answer?.decision === 'timeout' ? { at: now, ...answer } : answer
  return key && !said?.signature ? { ...said, signature: await key.sign(request, said) } : said
}

/** Why this is no answer to the request; undefined when it is one. What it says is all that counts, for whoever reads it whenever. */
export async function answerProblem(
  request: WaitingFor,
  answer: AnswerDecision,
  { key, carried }: AnswerCheck,
): Promise<string | undefined> {
  const { kind, reply = {}, deadline = NaN, signed, keyId = key?.id } = request
  const decision: string | undefined = answer?.decision
  const way = kind === 'confirmation' ? 'approve' : 'reply'
  if (answer?.decision === 'timeout') {
    if (!((answer.at ?? deadline) >= deadline)) return 'Its deadline has not passed'
  } else if ((decision !== way && decision !== 'reject') || (answer.decision === 'approve' && !areRules(answer.always ?? [])))
    return `An answer is { decision: '${way}' } or { decision: 'reject' }; this is ${JSON.stringify(answer, ['decision']) ?? 'undefined'}`
  if (answer.decision === 'reply') {
    const parsed = await jsonSchema(reply).parse(answer.value)
    if (!parsed.ok) return `This reply does not fit: ${parsed.problems.join('; ')}`
  }
  return (key ? keyId === key.id && (await key.verify(request, answer)) : !signed || (carried && answer.signature))
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
    ...(decision === 'approve' && present({ args: answer.input, accesses: answer.accesses, always: answer.always })),
    ...(decision === 'reply' && { reply: answer.value }),
    ...present({ by, inboxOffset }),
  }
}
