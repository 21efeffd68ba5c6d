/** Passes output on while it is made: whole characters, in pieces that a reader can keep up with. */
import { StringDecoder } from 'node:string_decoder'

const EVERY_MS = 50
const PIECE_CHARACTERS = 16 * 1024

/** Gathers for 50 ms, then passes at most the last 16,384 characters on. */
export class ProgressStream {
  readonly #emit: (text: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #waiting = ''
  #dropped = 0
  #timer: NodeJS.Timeout | undefined

  constructor(emit: (text: string) => void) {
    this.#emit = emit
  }

  add(chunk: Uint8Array): void {
    this.#waiting += this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    if (this.#waiting.length > PIECE_CHARACTERS * 2) this.#shorten()
    this.#timer ??= setTimeout(() => this.#flush(), EVERY_MS)
  }

  end(): void {
    this.#waiting += this.#decoder.end()
    this.#flush()
  }

  #shorten(): void {
    let from = this.#waiting.length - PIECE_CHARACTERS
    if (isLowSurrogate(this.#waiting.charCodeAt(from))) from++
    this.#dropped += from
    this.#waiting = this.#waiting.slice(from)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting.length > PIECE_CHARACTERS) this.#shorten()
    const note = this.#dropped > 0 ? `\n[… ${this.#dropped} characters not shown …]\n` : ''
    const text = note + this.#waiting
    this.#waiting = ''
    this.#dropped = 0
    if (text !== '') this.#emit(text)
  }
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
