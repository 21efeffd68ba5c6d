/** Reads a file in pieces of whole lines, with bounded memory, and only if it is the regular file that its path says. */
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs'

const CHUNK_BYTES = 256 * 1024
const BINARY_BYTES = 8 * 1024
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const NEWLINE = 0x0a
const NOTHING: Buffer = Buffer.alloc(0)

/** What is kept of one line, in bytes. */
export const LINE_BYTES: number = 64 * 1024

/** A buffer that readers used one after the other may share. */
export const lineBuffer = (): Buffer => Buffer.allocUnsafe(CHUNK_BYTES)

/** One file being read. Close it, whatever happens. */
export class LineReader {
  readonly #descriptor: number | undefined
  readonly #chunk: Buffer
  #rest: Buffer = NOTHING
  #isFirst = true
  #isSkipping = false

  /** A file that is not there, not readable, not regular or elsewhere reads as empty. */
  constructor(absolute: string, buffer: Buffer) {
    this.#descriptor = openRegular(absolute)
    this.#chunk = buffer
  }

  /**
   * The next lines without the last newline, valid until the next call; none when the piece ends no line; `undefined` at the end,
   * and at once for a binary file. What a line has beyond 64 KiB may be missing.
   */
  next(): Buffer | 'none' | undefined {
    if (this.#descriptor === undefined) return undefined
    const read = this.#chunk.subarray(0, readSync(this.#descriptor, this.#chunk))
    if (this.#isFirst && read.subarray(0, BINARY_BYTES).includes(0)) return undefined
    this.#isFirst = false
    if (read.length === 0) return this.#last()
    const end = read.lastIndexOf(NEWLINE)
    if (end === -1) {
      this.#keep(read)
      return 'none'
    }
    const start = this.#isSkipping ? read.indexOf(NEWLINE) : 0
    const whole = this.#rest.length === 0 ? read.subarray(start, end) : Buffer.concat([this.#rest, read.subarray(start, end)])
    this.#rest = NOTHING
    this.#isSkipping = false
    this.#keep(read.subarray(end + 1))
    return whole
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
  }

  #keep(bytes: Buffer): void {
    if (this.#isSkipping || bytes.length === 0) return
    const room = LINE_BYTES - this.#rest.length
    this.#isSkipping = bytes.length > room
    this.#rest = Buffer.concat([this.#rest, bytes.subarray(0, room)])
  }

  #last(): Buffer | undefined {
    const rest = this.#rest
    this.#rest = NOTHING
    return rest.length === 0 ? undefined : rest
  }
}

function openRegular(absolute: string): number | undefined {
  let descriptor: number | undefined
  try {
    descriptor = openSync(absolute, FLAGS)
    if (fstatSync(descriptor).isFile() && isWhereItSays(descriptor, absolute)) return descriptor
  } catch {
    // Gone, or not ours to read: as if it were not there.
  }
  if (descriptor !== undefined) closeSync(descriptor)
  return undefined
}

function isWhereItSays(descriptor: number, absolute: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`) === absolute
  } catch {
    return true
  }
}
