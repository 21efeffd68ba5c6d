/** Carries a child's requests to the run of its parent, and the answers back. */
import { accessJson } from '../model/access.ts'
import { answerFact } from '../model/answer.ts'
import type { AnswerDecision, Fact, FactOf, WaitingFor } from '../model/event.ts'
import { canonicalJson } from '../model/json.ts'
import type { RequestState } from '../model/session-state.ts'
import type { RunContext } from '../loop/middleware.ts'
import type { Answer, Confirm, SessionView } from '../session/types.ts'

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
  return waitingFor.flatMap(({ requestId }) => known(asker, requestId)?.request ?? [])
}

const toFact = ({ run, agent, taskId, place }: Asker, request: WaitingFor): Fact => ({
  type: 'confirmation_required',
  requestId: request.requestId,
  callId: `${place}/${request.callId}`,
  toolName: request.toolName,
  args: request.args,
  argsDigest: run.host.digest(canonicalJson([request.args, request.accesses.map(accessJson)])),
  accesses: request.accesses,
  reason: `${agent} (${taskId}): ${request.reason}`,
})

/** What was answered on the run of the parent is told to the child. */
export async function relay(asker: Asker, child: SessionView): Promise<void> {
  for (const { requestId } of await child.waitingFor()) {
    const answer = known(asker, requestId)?.answer
    if (answer !== undefined) await child.answer(requestId, toDecision(answer))
  }
}

/** What the child no longer asks is closed on the run of the parent, with the answer that it got. */
export async function closeRequests(asker: Asker, child: SessionView): Promise<void> {
  const { run } = await child.state()
  const open = [...(asker.run.state().run?.requests.values() ?? [])].filter(
    ({ request, answer }) => answer === undefined && request.callId.startsWith(`${asker.place}/`),
  )
  const facts = open.map(({ request }) => {
    const answer = run?.requests.get(request.requestId)?.answer
    return answerFact(request, answer === undefined ? { decision: 'reject', message: 'it is no longer asked' } : toDecision(answer))
  })
  if (facts.length > 0) await asker.run.append(facts)
}

const toDecision = ({ approved, args, message, by }: FactOf<'confirmation_received'>): AnswerDecision => {
  const who = by === undefined ? {} : { by }
  return approved
    ? { decision: 'approve', ...(args === undefined ? {} : { input: args }), ...who }
    : { decision: 'reject', ...(message === undefined ? {} : { message }), ...who }
}

/** Asks whoever the parent asks, on the parent's run; an answer that comes there from elsewhere counts as well. */
export const confirmThrough =
  (asker: Asker, ask: Confirm): Confirm =>
  async (request, { signal }) => {
    const [outer] = await surface(asker, [request])
    if (outer === undefined) return undefined
    const stop = new AbortController()
    const until = AbortSignal.any([signal, stop.signal])
    const elsewhere = asker.run.until((state) => state.run?.requests.get(request.requestId)?.answer, until)
    elsewhere.catch(() => {}) // it is stopped below when the answer came from here
    try {
      const here = ask(outer, { signal: until }).then((answer) => ({ answer }))
      const first = await Promise.race([elsewhere, here])
      if (!('answer' in first)) return toDecision(first)
      return await recorded(asker, outer, first.answer)
    } finally {
      stop.abort()
    }
  }

async function recorded(asker: Asker, outer: WaitingFor, answer: Answer | undefined): Promise<Answer | undefined> {
  const before = known(asker, outer.requestId)?.answer
  if (before !== undefined) return toDecision(before)
  if (answer !== undefined) await asker.run.append([answerFact(outer, answer)], { sync: true })
  return answer
}
