/** What a call waits for: asks for it on the run, once, and brings the answer. */
import { isAgentError } from '../base/errors.ts'
import { present, some } from '../base/present.ts'
import { childSignal } from '../base/signals.ts'
import { askedOf } from '../model/asked.ts'
import type { Fact } from '../model/event.ts'
import { canonicalJson } from '../model/json.ts'
import type { AnswerFact, CallState, RequestState, SessionState } from '../model/session-state.ts'
import type { AnswerDecision, WaitingFor, WaitingKind } from '../model/waiting.ts'
import type { RunContext, ToolInvocation } from './middleware.ts'

/** Asks whoever is there. `undefined` means that nobody answered. */
export type Confirm = (request: WaitingFor, options: { readonly signal: AbortSignal }) => Promise<AnswerDecision | undefined>

/** What is asked for, beside the call itself. */
type Wish = Pick<WaitingFor, 'reason' | 'reply' | 'deadline' | 'onDeadline'> & {
  readonly type: 'confirmation_required' | 'user_question' | 'external_task_pending'
}

export type AnswerOptions = {
  readonly confirm?: Confirm | undefined
  /** When nobody answers. */
  readonly unanswered: 'suspend' | 'reject'
  /** Milliseconds that are waited here. Default: as long as `confirm` takes, and no time without it. */
  readonly waitMs?: number | undefined
  readonly signal: AbortSignal
}

const DAY_MS = 86_400_000

/** What is known of a call of the batch under way. */
export const callStateOf = (run: RunContext, callId: string): CallState | undefined => run.state().run?.batch?.states.get(callId)

/** The latest request of a call, of one kind or of any. */
export const requestOf = (run: RunContext, callId: string, kind?: WaitingKind): RequestState | undefined =>
  [...(run.state().run?.requests.values() ?? [])].findLast(
    ({ request }) => request.callId === callId && (kind ?? request.kind) === request.kind,
  )

/** Digest of what a request is about: the arguments, and what they touch. */
export const aboutDigest = ({ host }: RunContext, { args, accesses }: Pick<WaitingFor, 'args' | 'accesses'>): string =>
  host.digest(canonicalJson([args, accesses]))

/** Ask for something in the name of a call. Resolves when it is stored, with the facts that go before it. */
export async function ask(
  run: RunContext,
  { callId, call, args, accesses, parentCallId, gates }: ToolInvocation,
  { before = [], ...wish }: Wish & { readonly before?: readonly Fact[] },
): Promise<RequestState> {
  const requestId = run.host.id('request')
  const fact: Fact = {
    requestId,
    callId,
    toolName: call.name,
    args,
    argsDigest: aboutDigest(run, { args, accesses }),
    accesses,
    ...wish,
    ...run.signed,
    ...present({ askedDigest: parentCallId && run.host.digest(askedOf(call)), gates: gates && some(gates) }),
  }
  await run.append([...before, fact], { sync: true })
  return run.state().run?.requests.get(requestId) as RequestState // it was just said
}

/** Ask whoever is here; an answer from elsewhere counts as well, and so does the deadline: the first one wins. Undefined: it is waited for durably. */
export async function answerTo(
  run: RunContext,
  { request, answer }: RequestState,
  { confirm, unanswered, waitMs = confirm ? Infinity : 0, signal }: AnswerOptions,
): Promise<AnswerFact | undefined> {
  if (answer !== undefined) return answer
  const { requestId } = request
  // What a sub-agent asks is settled where it is asked: outside.
  const outside = run.metadata.parentCallId && (confirm || unanswered === 'suspend')
  const deadline = (!outside && request.deadline) || Infinity
  const { clock } = run.host
  const until = childSignal(signal)
  const end = Math.min(deadline, clock.now() + waitMs)
  const wait = async (): Promise<AnswerDecision | undefined> => {
    // A timer that is set for longer than three weeks fires at once.
    while (clock.now() < end) await clock.sleep(Math.min(end - clock.now(), DAY_MS), until)
    return clock.now() < deadline ? undefined : { decision: 'timeout' }
  }
  const answerIn = (state: SessionState): AnswerFact | undefined => state.run?.requests.get(requestId)?.answer
  const first = [
    ...(end < Infinity ? [wait()] : []),
    ...(clock.now() < end ? [run.until(answerIn, until.signal).then(() => undefined)] : []),
    // Somebody who cannot answer has not answered.
    ...(clock.now() < end && confirm ? [(async () => confirm(request, until))().catch(() => signal.throwIfAborted())] : []),
  ]
  for (const each of first) each.catch(() => {}) // those that come late are stopped below
  try {
    const said = await Promise.race(first)
    if (said) await run.answer(requestId, said)
  } catch (error) {
    // What is no answer is as if nobody had answered.
    if (!isAgentError(error, 'invalid_argument')) throw error
  } finally {
    until.abort(undefined)
    until.release()
  }
  if (unanswered === 'reject' && !answerIn(run.state())) await run.answer(requestId, { decision: 'reject', message: 'nobody answered' })
  return answerIn(run.state())
}
