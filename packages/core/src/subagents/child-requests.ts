/** Carries a child's requests to the run of its parent, and the answers back. */
import { answerFact } from '../model/answer.ts'
import type { AnswerDecision, Fact, WaitingFor } from '../model/event.ts'
import type { AnswerFact, RequestState } from '../model/session-state.ts'
import { aboutDigest, answerTo, type RunContext } from '../loop/middleware.ts'
import type { Confirm, SessionView } from '../session/types.ts'

/** The child in whose name the parent asks. */
export type Asker = {
  readonly run: RunContext
  readonly taskId: string
  readonly agent: string
  /** Of the task. */ readonly place: string
}

const known = ({ run }: Asker, requestId: string): RequestState | undefined => run.state().run?.requests.get(requestId)

/** Ask on the run of the parent what the child asks, under the child's names. Resolves when it is stored. */
export async function surface(asker: Asker, waitingFor: readonly WaitingFor[]): Promise<readonly WaitingFor[]> {
  const fresh = waitingFor.filter(({ requestId }) => known(asker, requestId) === undefined)
  if (fresh.length > 0)
    await asker.run.append(
      fresh.map((request) => toFact(asker, request)),
      { sync: true },
    )
  const asked = waitingFor.flatMap(({ requestId }) => known(asker, requestId) ?? [])
  for (const each of asked) await settleLate(asker, each)
  return asked.map(({ request }) => request)
}

const FACTS = { confirmation: 'confirmation_required', question: 'user_question', external_task: 'external_task_pending' } as const

function toFact({ run, agent, taskId, place }: Asker, asked: WaitingFor): Fact {
  const { kind, sessionId: _, runId: __, signed: ___, keyId: ____, callId, reason, ...request } = asked
  return {
    type: FACTS[kind],
    ...request,
    callId: `${place}/${callId}`,
    argsDigest: aboutDigest(run, request),
    reason: `${agent} (${taskId}): ${reason}`,
    ...run.signed,
  }
}

/** What was answered on the run of the parent is told to the child. */
export async function relay(asker: Asker, child: SessionView): Promise<void> {
  for (const { requestId, deadline } of await child.waitingFor()) {
    const asked = known(asker, requestId)
    if (asked !== undefined) await settleLate(asker, asked)
    const answer = known(asker, requestId)?.answer
    if (answer !== undefined) await child.answer(requestId, toDecision(answer, deadline))
  }
}

/** What the child no longer asks is closed on the run of the parent, with the answer that it got. */
export async function closeRequests(asker: Asker, child: SessionView): Promise<void> {
  const { run } = await child.state()
  await close(asker, (requestId) => {
    const answer = run?.requests.get(requestId)?.answer
    return answer && toDecision(answer)
  })
}

export const CANCELLED = 'cancelled by host'

/** A child that waits is cancelled as it goes on, and what it asked is turned down, so that its parent can. */
export function giveUp({ run }: Asker, child: SessionView, waitingFor: readonly WaitingFor[]): void {
  const work = async (): Promise<void> => {
    await child.cancel(CANCELLED)
    for (const { requestId } of waitingFor) await run.answer(requestId, { decision: 'reject', message: CANCELLED })
  }
  work().catch(() => {}) // a store that fails: it still waits, and its parent can be cancelled
}

/** What is asked no longer of those who work elsewhere. */
export async function closeOthers(asker: Asker, open: readonly WaitingFor[]): Promise<void> {
  await close(asker, () => undefined, open)
}

async function close(
  { run, place }: Asker,
  answerOf: (requestId: string) => AnswerDecision | undefined,
  kept: readonly WaitingFor[] = [],
): Promise<void> {
  const facts = [...(run.state().run?.requests.values() ?? [])].flatMap(({ request, answer }) => {
    const { requestId, callId } = request
    if (answer !== undefined || !callId.startsWith(`${place}/`) || kept.some((each) => each.requestId === requestId)) return []
    return [answerFact(request, answerOf(requestId) ?? { decision: 'reject', message: 'it is no longer asked' })]
  })
  if (facts.length > 0) await run.append(facts)
}

/** It was settled outside, by the clock there: that its deadline has passed is told as having been so at the deadline. */
export const toDecision = (
  { type, approved, args, accesses, reply, always, message, by }: AnswerFact,
  deadline?: number,
): AnswerDecision => {
  const who = by === undefined ? {} : { by }
  if (type === 'confirmation_timeout') return { decision: 'timeout', ...(deadline === undefined ? {} : { at: deadline }) }
  if (!approved) return { decision: 'reject', ...(message === undefined ? {} : { message }), ...who }
  if (reply !== undefined) return { decision: 'reply', value: reply, ...who }
  return {
    decision: 'approve',
    ...(args === undefined ? {} : { input: args }),
    ...(accesses === undefined ? {} : { accesses }),
    ...(always === undefined ? {} : { always }),
    ...who,
  }
}

/** Asks whoever the parent asks, on the parent's run; an answer that comes there from elsewhere counts as well, and so does the deadline. */
export const confirmThrough =
  (asker: Asker, confirm: Confirm): Confirm =>
  async (request, { signal }) => {
    await surface(asker, [request])
    const asked = known(asker, request.requestId)
    const answer = asked && (await answerTo(asker.run, asked, { confirm, unanswered: 'suspend', signal }))
    return answer && toDecision(answer, request.deadline)
  }

/** Only the run outside settles what nobody answered in time: there is one place where somebody may be first. */
async function settleLate({ run }: Asker, { request, answer }: RequestState): Promise<void> {
  const { requestId, deadline = Infinity } = request
  if (answer === undefined && run.metadata.parentCallId === undefined && deadline <= run.host.clock.now())
    await run.answer(requestId, { decision: 'timeout' })
}
