/** Puts request bodies together from bytes that are made once per message and once per list of tools. */
import type { Message, ToolDefinition } from '@seamfold/core/kit'

const encoder = new TextEncoder()

export const encode = (text: string): Uint8Array => encoder.encode(text)

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export type ListBytes = (head: Uint8Array, messages: readonly Message[]) => readonly Uint8Array[]

/**
 * The items of a JSON list: `head` (the first items, may be empty), then what `render` makes of each message. A message
 * may become any number of items; the bytes of each are kept for as long as the message itself is.
 */
export function messageList(render: (message: Message) => readonly object[]): ListBytes {
  const known = new WeakMap<Message, Uint8Array>()
  return (head, messages) => {
    const parts: Uint8Array[] = [head]
    let first = head.length === 0
    for (const message of messages) {
      let bytes = known.get(message)
      if (bytes === undefined) known.set(message, (bytes = encode(itemsText(render(message)))))
      if (bytes.length === 0) continue
      // Every item is kept with the comma before it; only the very first of the list goes without.
      parts.push(first ? bytes.subarray(1) : bytes)
      first = false
    }
    return parts
  }
}

function itemsText(items: readonly object[]): string {
  let text = ''
  for (const item of items) text += `,${JSON.stringify(item)}`
  return text
}

/** The bytes of a text that seldom changes: made again only when it is another. */
export function lastText(render: (text: string) => string): (text: string) => Uint8Array {
  let last: { readonly text: string; readonly bytes: Uint8Array } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, bytes: encode(render(text)) }
    return last.bytes
  }
}

/** The wire text of a list of tools, made once per list and once per definition, as a JSON array. */
export function toolList(render: (tool: ToolDefinition) => object): (tools: readonly ToolDefinition[]) => Uint8Array {
  const lists = new WeakMap<readonly ToolDefinition[], Uint8Array>()
  const texts = new WeakMap<ToolDefinition, string>()
  const textOf = (tool: ToolDefinition): string => {
    let text = texts.get(tool)
    if (text === undefined) texts.set(tool, (text = JSON.stringify(render(tool))))
    return text
  }
  return (tools) => {
    let bytes = lists.get(tools)
    if (bytes === undefined) lists.set(tools, (bytes = encode(`[${tools.map(textOf).join(',')}]`)))
    return bytes
  }
}
