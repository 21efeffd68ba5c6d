/** Server-sent events from bytes, in one pass per chunk: batches of `{ event, data }`, one batch per network read. */

export type SseEvent = { readonly event: string; readonly data: string; readonly id: string }

/**
 * Decodes one stream (WHATWG HTML, section 9.2). Feed it chunks as they come; UTF-8 sequences, line ends and events may be
 * split anywhere. An event that was not ended by a blank line is dropped, as the standard says; `end()` gives it back for
 * servers that forget the last blank line.
 */
export class SseDecoder {
  readonly #decoder = new TextDecoder()
  #rest = ''
  #data: string | undefined
  #event = ''
  #id = ''

  push(chunk: Uint8Array): SseEvent[] {
    const events: SseEvent[] = []
    this.#consume(this.#decoder.decode(chunk, { stream: true }), events)
    return events
  }

  end(): SseEvent[] {
    const events: SseEvent[] = []
    this.#consume(`${this.#decoder.decode()}\n\n`, events)
    return events
  }

  #consume(text: string, events: SseEvent[]): void {
    const buffer = this.#rest === '' ? text : this.#rest + text
    // The usual stream has no CR: look for one once, not at every line.
    const nextEnd = buffer.includes('\r') ? anyLineEnd : lineFeed
    let from = 0
    while (from < buffer.length) {
      const end = nextEnd(buffer, from)
      if (end === -1) break
      // A CR at the very end may be half of a CRLF: wait for what follows.
      if (buffer.charCodeAt(end) === 13 && end + 1 === buffer.length) break
      this.#line(buffer.slice(from, end), events)
      from = buffer.charCodeAt(end) === 13 && buffer.charCodeAt(end + 1) === 10 ? end + 2 : end + 1
    }
    this.#rest = buffer.slice(from)
  }

  #line(line: string, events: SseEvent[]): void {
    if (line === '') return this.#dispatch(events)
    if (line.startsWith(':')) return
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1)
    if (field === 'data') this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
    else if (field === 'event') this.#event = value
    else if (field === 'id') this.#id = value
  }

  #dispatch(events: SseEvent[]): void {
    if (this.#data !== undefined) events.push({ event: this.#event, data: this.#data, id: this.#id })
    this.#data = undefined
    this.#event = ''
  }
}

const lineFeed = (text: string, from: number): number => text.indexOf('\n', from)

function anyLineEnd(text: string, from: number): number {
  const feed = text.indexOf('\n', from)
  const carriage = text.indexOf('\r', from)
  if (carriage === -1) return feed
  return feed === -1 || carriage < feed ? carriage : feed
}
