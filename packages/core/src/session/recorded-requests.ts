/** `recordedRequests`: what a model was asked, turn by turn, rebuilt from a session's journal. */
import { systemHost } from '../base/host.ts'
import { branchingStore } from '../journal/branching-store.ts'
import { toCursor } from '../journal/cursor.ts'
import { journalKey } from '../journal/keys.ts'
import { decodeRecord } from '../journal/record.ts'
import { requestCache } from '../loop/request-cache.ts'
import type { Reservation, RunDigests } from '../model/event.ts'
import { foldFact } from '../model/fold-session.ts'
import type { JsonSchema } from '../model/json.ts'
import type { Message } from '../model/message.ts'
import type { RequestNote } from '../model/request-note.ts'
import { emptySession } from '../model/session-state.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { assertSession } from './view.ts'

/** One attempt to ask the model. */
export type RecordedRequest = {
  /** Of its `turn_start`. */
  readonly cursor: string
  readonly runId: string
  readonly turn: number
  readonly attempt: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  /** `provider/id` of the model that was asked. */
  readonly model: string
  /** As it was sent, as far as the journal tells: `sentRequest` says how far that is. */
  readonly system: string
  /** The same objects from turn to turn, as far as nothing was edited. As they were sent, like `system`. */
  readonly messages: readonly Message[]
  /** What was changed for this call only. Left out where nobody kept it: `requestNotes` does. */
  readonly note?: RequestNote
  /** Of what the run was started with: `model` is its provider and id, `tools` the digest of the tools that the agent had. */
  readonly digests: RunDigests
  /** The schema that the run's answer is held to. */
  readonly output?: { readonly name: string; readonly schema: JsonSchema }
  readonly reservation?: Reservation
}

/**
 * Every attempt in order, of the facts that count, with what was changed for that call only (`prepareTurn`, `wrapModelCall`, budgets),
 * as far as that was kept. Tools are told by their digest and by name. Throws `session_not_found`.
 */
export async function* recordedRequests(store: SessionStore, id: string): AsyncGenerator<RecordedRequest, void, undefined> {
  await assertSession(store, id)
  const where = { host: systemHost(), key: journalKey(id) }
  const requests = requestCache(systemHost().digest)
  let state = emptySession
  let digests: RunDigests = { model: '', tools: '', policy: '', instructions: '' }
  for await (const { offset, record } of branchingStore(store).read(where.key)) {
    const { fact, runId, timestamp, chain } = decodeRecord(record, offset, where)
    if (fact === undefined) continue
    state = foldFact(state, { fact, runId, timestamp, offset }, id)
    if (fact.type === 'agent_start') digests = fact.digests
    if (fact.type !== 'turn_start' || state.run === undefined) continue
    const { output } = state.run
    const note = fact.request
    const { model = digests.model, system = '', kept, added } = note ?? {}
    const history = requests.messagesFor(state.history.toArray(), modelOf(model))
    yield {
      cursor: toCursor(offset, chain),
      runId,
      turn: fact.turn,
      attempt: fact.attempt,
      timestamp,
      model,
      system: state.run.system + (system ?? ''),
      messages: added === undefined ? history : [...history.slice(0, kept), ...added],
      digests,
      ...(note === undefined ? {} : { note }),
      ...(output === undefined ? {} : { output }),
      ...(fact.reservation === undefined ? {} : { reservation: fact.reservation }),
    }
  }
}

/** A provider's name has no slash; a model's may. */
function modelOf(model: string): { readonly provider: string; readonly id: string } {
  const cut = model.indexOf('/')
  return { provider: model.slice(0, cut), id: model.slice(cut + 1) }
}
