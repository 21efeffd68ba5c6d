/** Drops from events what no browser should get: the system prompt, signatures and the provider's own state. */
import type { AgentEvent, Envelope } from '../model/event.ts'
import type { Block, Message } from '../model/message.ts'
import type { RequestNote } from '../model/request-note.ts'

/** A stream of events that may be shown to anybody who may see the conversation. */
export async function* publicEvents(events: AsyncIterable<Envelope>): AsyncGenerator<Envelope, void, undefined> {
  for await (const envelope of events) yield { ...envelope, event: toPublic(envelope.event) }
}

function toPublic(event: AgentEvent): AgentEvent {
  switch (event.type) {
    case 'run_prepared':
      return { ...event, system: '' }
    case 'turn_end':
      return { ...event, message: publicMessage(event.message) }
    case 'history_edited':
      return { ...event, edits: event.edits.map((edit) => ({ ...edit, replacement: edit.replacement.map(publicMessage) })) }
    case 'message_injected':
      return { ...event, message: publicMessage(event.message) }
    case 'turn_start': {
      const { request, ...rest } = event
      return request === undefined ? event : { ...rest, request: publicNote(request) }
    }
    case 'tool_execution_start': {
      const { witness: _, ...rest } = event
      return rest
    }
    default:
      return event
  }
}

const publicNote = ({ added, system, ...note }: RequestNote): RequestNote => ({
  ...note,
  ...(system === undefined ? {} : { system: null }),
  ...(added === undefined ? {} : { added: added.map(publicMessage) }),
})

const publicMessage = (message: Message): Message => ({ ...message, content: message.content.map(withoutState) })

function withoutState(block: Block): Block {
  if (block.type !== 'reasoning' && block.type !== 'tool_use') return block
  const { state: _, ...rest } = block
  return rest
}
