/** A session's inbox: what anybody may say to whoever holds the session. */
import { AgentError, isAgentError } from '../base/errors.ts'
import { type AnswerCheck, answerFact, answerProblem } from '../model/answer.ts'
import type { AnswerDecision, Fact, WaitingFor } from '../model/event.ts'
import { isJsonObject, parsedJson } from '../model/json.ts'
import { arePromptBlocks, type Message } from '../model/message.ts'
import { openRun, type SessionState } from '../model/session-state.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { inboxKey } from './keys.ts'

/** One thing said. `runId` names the run that it was meant for, where that was known. */
export type InboxEntry =
  | { readonly type: 'answer'; readonly requestId: string; readonly answer: AnswerDecision }
  | { readonly type: 'steer'; readonly message: Message; readonly runId?: string }
  | { readonly type: 'cancel'; readonly reason: string; readonly runId?: string }

/** Conflicts in a row that nobody's writing explains. */
const MAX_IDLE_CONFLICTS = 5

/** Of the format of entries: rises when a reader of this one could misunderstand them. */
const VERSION = 1

/** Append to the inbox, again while others get in first: each time somebody's entry is stored, so it ends. `from` is an offset that certainly exists. Returns the entry's offset. */
export async function sendToInbox(
  store: SessionStore,
  sessionId: string,
  { entry, from }: { readonly entry: InboxEntry; readonly from: number },
): Promise<number> {
  const key = inboxKey(sessionId)
  const record = JSON.stringify({ v: VERSION, ...entry })
  let length = from
  for (let idle = 0; idle < MAX_IDLE_CONFLICTS;) {
    const known = length
    for await (const { offset } of store.read(key, { from: length })) length = offset + 1
    idle = length > known ? 0 : idle + 1
    try {
      await store.append(key, [record], { expected: length, sync: true })
      return length
    } catch (error) {
      if (!isAgentError(error, 'store_conflict')) throw error
    }
  }
  throw new AgentError('store_unavailable', `The inbox of session ${sessionId} takes no entry: try again`)
}

/** Where the first answer to a request stands that may count, from an offset on. */
export async function firstAnswer(
  store: SessionStore,
  sessionId: string,
  { request, from, check }: { readonly request: WaitingFor; readonly from: number; readonly check: AnswerCheck },
): Promise<number | undefined> {
  for await (const { offset, record } of store.read(inboxKey(sessionId), { from })) {
    const entry = parseEntry(record)
    if (typeof entry !== 'object' || entry.type !== 'answer' || entry.requestId !== request.requestId) continue
    if ((await answerProblem(request, entry.answer, check)) === undefined) return offset
  }
  return undefined
}

/** Entries from the inbox that the journal has not copied yet, as the facts that copy them. What a newer version said waits for one. */
export async function readInbox(
  store: SessionStore,
  sessionId: string,
  { state, check }: { readonly state: SessionState; readonly check: AnswerCheck },
): Promise<readonly Fact[]> {
  const facts: Fact[] = []
  const settled = new Set<string>()
  for await (const { offset, record } of store.read(inboxKey(sessionId), { from: state.inboxNext })) {
    const entry = parseEntry(record)
    if (entry === 'newer') break
    facts.push(await toFact(entry, offset, { state, check, settled }))
  }
  return facts
}

type Seen = { readonly state: SessionState; readonly check: AnswerCheck; readonly settled: Set<string> }

async function toFact(entry: InboxEntry | undefined, offset: number, { state, check, settled }: Seen): Promise<Fact> {
  const skip = (reason: string): Fact => ({ type: 'inbox_skipped', reason, inboxOffset: offset })
  if (entry === undefined) return skip('the entry cannot be read')
  const run = openRun(state)
  if (run === undefined) return skip('no run is under way')
  if (entry.type === 'answer') {
    const request = run.requests.get(entry.requestId)
    if (request === undefined) return skip(`request ${entry.requestId} is not known to this run`)
    if (request.answer !== undefined || settled.has(entry.requestId)) return skip(`request ${entry.requestId} was answered before`)
    const problem = await answerProblem(request.request, entry.answer, check)
    if (problem !== undefined) return skip(`request ${entry.requestId}: ${problem}`)
    settled.add(entry.requestId)
    return answerFact(request.request, entry.answer, offset)
  }
  if (entry.runId !== undefined && entry.runId !== run.id) return skip(`it was meant for run ${entry.runId}`)
  if (entry.type === 'steer') return { type: 'message_injected', message: entry.message, source: 'steering', inboxOffset: offset }
  return { type: 'cancel_requested', reason: entry.reason, inboxOffset: offset }
}

/** Undefined for what is not an entry: it is skipped, and the journal says so. */
function parseEntry(record: string): InboxEntry | 'newer' | undefined {
  const data = parsedJson(record)
  if (!isJsonObject(data)) return undefined
  if (typeof data.v === 'number' && data.v > VERSION) return 'newer'
  if (data.type === 'answer' && typeof data.requestId === 'string' && isJsonObject(data.answer)) return data as unknown as InboxEntry
  if (data.type === 'steer' && isJsonObject(data.message) && data.message.role === 'user' && arePromptBlocks(data.message.content))
    return data as unknown as InboxEntry
  if (data.type === 'cancel' && typeof data.reason === 'string') return data as unknown as InboxEntry
  return undefined
}
