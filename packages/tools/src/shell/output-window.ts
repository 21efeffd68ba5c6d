/** Keeps the beginning and the end of an output, whatever its length, in bounded memory. */

const HALF = 512 * 1024

/** Takes bytes, gives text. Holds at most twice `half` bytes. */
export class OutputWindow {
  readonly #half: number
  readonly #head: Uint8Array[] = []
  #headBytes = 0
  #tail: Uint8Array[] = []
  #tailBytes = 0
  /** Everything that came, in bytes. */
  total = 0

  constructor(half: number = HALF) {
    this.#half = half
  }

  add(chunk: Uint8Array): void {
    this.total += chunk.length
    const room = Math.min(this.#half - this.#headBytes, chunk.length)
    if (room > 0) {
      this.#head.push(new Uint8Array(chunk.subarray(0, room)))
      this.#headBytes += room
    }
    if (room < chunk.length) this.#addTail(chunk.subarray(Math.max(room, chunk.length - this.#half)))
  }

  /** The text, with a note where something was left out. Cut characters at the seam are dropped. */
  text(): string {
    const head = Buffer.concat(this.#head)
    const tail = Buffer.concat(this.#tail).subarray(Math.max(0, this.#tailBytes - this.#half))
    const dropped = this.total - head.length - tail.length
    if (dropped === 0) return Buffer.concat([head, tail]).toString('utf8')
    return `${endingWhole(head)}\n[… ${dropped} bytes left out here …]\n${beginningWhole(tail)}`
  }

  #addTail(chunk: Uint8Array): void {
    this.#tail.push(new Uint8Array(chunk))
    this.#tailBytes += chunk.length
    if (this.#tailBytes < this.#half * 2) return
    const kept = Buffer.concat(this.#tail).subarray(this.#tailBytes - this.#half)
    this.#tail = [new Uint8Array(kept)]
    this.#tailBytes = kept.length
  }
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

/** The longest prefix of at most `limit` bytes that does not end inside a character, as text. */
export function endingWhole(bytes: Buffer, limit: number = bytes.length): string {
  let end = Math.min(limit, bytes.length)
  let start = end - 1
  while (start > end - 4 && isContinuation(bytes[start])) start--
  const lead = bytes[start] ?? 0
  const needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  if (start >= 0 && start + needed > end) end = start
  return bytes.toString('utf8', 0, end)
}

function beginningWhole(bytes: Buffer): string {
  let start = 0
  while (start < 4 && isContinuation(bytes[start])) start++
  return bytes.toString('utf8', start)
}
