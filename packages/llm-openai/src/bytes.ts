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

/** The bytes of a conversation so far, with room to grow. */
type Grown = { bytes: Uint8Array; length: number; count: number; last: Message | undefined }

const FIRST_ROOM = 4096

/**
 * The items of a JSON list: `head` (the first items, may be empty), then what `render` makes of each message. A message may
 * become any number of items, each written with the comma before it. A conversation that only grew since its last request is
 * written from where it stood; any other one is put together anew from what is kept of each message.
 */
export function messageList(render: (message: Message) => readonly object[]): ListBytes {
  const known = new WeakMap<Message, Uint8Array>()
  const grown = new WeakMap<Message, Grown>()
  const bytesOf = (message: Message): Uint8Array => {
    let bytes = known.get(message)
    if (bytes === undefined) known.set(message, (bytes = encode(itemsText(render(message)))))
    return bytes
  }
  return (head, messages) => {
    const [opening] = messages
    if (opening === undefined) return [head]
    let whole = grown.get(opening)
    if (whole === undefined || messages[whole.count - 1] !== whole.last) {
      whole = { bytes: new Uint8Array(FIRST_ROOM), length: 0, count: 0, last: undefined }
      grown.set(opening, whole)
    }
    for (; whole.count < messages.length; whole.count++) {
      const message = messages[whole.count]
      if (message !== undefined) append(whole, bytesOf(message))
      whole.last = message
    }
    const items = whole.bytes.subarray(0, whole.length)
    return [head, head.length === 0 ? items.subarray(1) : items]
  }
}

function append(whole: Grown, bytes: Uint8Array): void {
  const length = whole.length + bytes.length
  if (length > whole.bytes.length) {
    const roomier = new Uint8Array(Math.max(length, whole.bytes.length * 2))
    roomier.set(whole.bytes.subarray(0, whole.length))
    whole.bytes = roomier
  }
  whole.bytes.set(bytes, whole.length)
  whole.length = length
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
