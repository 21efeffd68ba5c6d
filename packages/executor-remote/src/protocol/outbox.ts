/** Keeps what is sent, in the order of its numbers, until the other end has acknowledged it. */

type Entry = { readonly text: string; readonly bytes: number }

/** Stands where an entry was until the list is moved: large texts must not wait for that. */
const FORGOTTEN: Entry = { text: '', bytes: 0 }

export class Outbox {
  #entries: Entry[] = []
  /** Where in the list the first entry is that counts: moving the list for each one would be slow. */
  #head = 0
  #acknowledged = 0
  /** What the connection of now was given. */
  #current = 0
  #given = 0
  #bytes = 0

  /** Bytes that are kept because they are not acknowledged. */
  get bytes(): number {
    return this.#bytes
  }

  /** The number of the last message. */
  get last(): number {
    return this.#acknowledged + this.#entries.length - this.#head
  }

  /** The highest number that any connection was given. */
  get given(): number {
    return this.#given
  }

  /** Whether there is something that this connection was not given. */
  get waiting(): boolean {
    return this.#current < this.last
  }

  /** The message after `last`, made with its number. */
  push(text: string, bytes: number): void {
    this.#entries.push({ text, bytes })
    this.#bytes += bytes
  }

  /** Forget everything up to this number. False when this connection was never given that: the other end is wrong. */
  acknowledge(received: number): boolean {
    if (received > this.#current) return false
    this.#forget(received)
    return true
  }

  /** A new connection, whose other end has everything up to this number. False when that cannot be, or is forgotten. */
  rewind(received: number): boolean {
    if (received < this.#acknowledged || received > this.#given) return false
    this.#forget(received)
    this.#current = received
    return true
  }

  /** The next texts for this connection: at least one if there is one, together no more than so many bytes. */
  take(maxBytes: number): string[] {
    const texts: string[] = []
    for (let room = maxBytes; this.waiting; this.#current++) {
      const entry = this.#entries[this.#head + this.#current - this.#acknowledged]
      if (entry === undefined || (texts.length > 0 && entry.bytes > room)) break
      texts.push(entry.text)
      room -= entry.bytes
    }
    this.#given = Math.max(this.#given, this.#current)
    return texts
  }

  #forget(received: number): void {
    for (; this.#acknowledged < received; this.#acknowledged++) {
      this.#bytes -= this.#entries[this.#head]?.bytes ?? 0
      this.#entries[this.#head++] = FORGOTTEN
    }
    if (this.#head < 256 || this.#head * 2 < this.#entries.length) return
    this.#entries = this.#entries.slice(this.#head)
    this.#head = 0
  }
}
