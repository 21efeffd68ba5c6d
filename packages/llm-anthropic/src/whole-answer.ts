/** Reads an answer that came in one piece of JSON, from a server that does not stream, as the events of a stream. */
import { isJsonObject, type JsonObject } from '@seamfold/core/kit'

/** What the next bytes of an answer say; undefined at its end. */
export type Source = (bytes: Uint8Array | undefined) => readonly { readonly data: string }[]

/** Gives nothing until the end; nothing at all for what is neither a message nor an error. */
export function wholeAnswer(): Source {
  const decoder = new TextDecoder()
  let text = ''
  return (bytes) => {
    text += bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
    return bytes === undefined ? eventsOf(text).map((event) => ({ data: JSON.stringify(event) })) : []
  }
}

function eventsOf(text: string): readonly JsonObject[] {
  const answer = parse(text)
  if (!isJsonObject(answer)) return []
  const { type, error, content, stop_reason = null, usage = null } = answer
  if (isJsonObject(error)) return [{ type: 'error', error }]
  if (type !== 'message' || !Array.isArray(content)) return []
  const blocks = content.map((block, index): JsonObject => ({ type: 'content_block_start', index, content_block: block }))
  return [
    { type: 'message_start', message: answer },
    ...blocks,
    { type: 'message_delta', delta: { stop_reason }, usage },
    { type: 'message_stop' },
  ]
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
