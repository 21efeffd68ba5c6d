/** What the model was asked at one fact, and how far that is what it was asked before. */
import { recordedRequests, sentRequest, type RecordedRequest, type SentRequest } from '@seamfold/core'
import type { Message, SessionStore, ToolDefinition } from '@seamfold/core/kit'
import { RequestFailure } from './failure.ts'

/** The request before, as far as it differs. */
export type AskedBefore = Pick<RecordedRequest, 'cursor' | 'runId' | 'turn' | 'attempt' | 'timestamp' | 'model' | 'digests' | 'note'> & {
  /** Left out where it is the same. */
  readonly system?: string
  /** Messages that both begin with. */
  readonly shared: number
  /** Messages that stood behind those. */
  readonly dropped: readonly Message[]
}

export type Asked = RecordedRequest &
  SentRequest & {
    /** Tools of the agent that were not sent, by name. */
    readonly hidden?: readonly string[]
    readonly before?: AskedBefore
  }

/** The last request at or before a fact. Throws `not_found` where the model was not asked yet. */
export async function askedAt(
  store: SessionStore,
  id: string,
  { at, tools = [] }: { readonly at: string; readonly tools?: readonly ToolDefinition[] | undefined },
): Promise<Asked> {
  const place = Number.parseInt(at, 10)
  if (Number.isNaN(place)) throw new RequestFailure(400, 'bad_request', `'${at}' is not a cursor.`)
  let before: RecordedRequest | undefined
  let found: RecordedRequest | undefined
  for await (const request of recordedRequests(store, id)) {
    if (Number.parseInt(request.cursor, 10) > place) break
    before = found
    found = request
  }
  if (found === undefined) throw new RequestFailure(404, 'not_found', 'The model was not asked before this fact.')
  return {
    ...found,
    messages: found.messages.map(withoutState),
    ...(found.note?.added === undefined ? {} : { note: { ...found.note, added: found.note.added.map(withoutState) } }),
    ...sentRequest(found, tools),
    ...hiddenOf(found, tools),
    ...(before === undefined ? {} : { before: compared(before, found) }),
  }
}

function hiddenOf({ note }: RecordedRequest, tools: readonly ToolDefinition[]): { readonly hidden?: readonly string[] } {
  const hidden = note?.tools === undefined ? [] : tools.map(({ name }) => name).filter((name) => note.tools?.includes(name) === false)
  return hidden.length === 0 ? {} : { hidden }
}

function compared(before: RecordedRequest, { messages, system }: RecordedRequest): AskedBefore {
  const { cursor, runId, turn, attempt, timestamp, model, digests, note } = before
  let shared = 0
  while (shared < before.messages.length && before.messages[shared] === messages[shared]) shared++
  return {
    cursor,
    runId,
    turn,
    attempt,
    timestamp,
    model,
    digests,
    ...(note === undefined ? {} : { note }),
    shared,
    dropped: before.messages.slice(shared).map(withoutState),
    ...(before.system === system ? {} : { system: before.system }),
  }
}

/** What is the provider's own says nothing to a person. */
const withoutState = (message: Message): Message => ({
  ...message,
  content: message.content.map((block) => {
    if (block.type !== 'reasoning' && block.type !== 'tool_use') return block
    const { state: _, ...rest } = block
    return rest
  }),
})
