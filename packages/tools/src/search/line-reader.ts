/** Reads a file in pieces of lines, with bounded memory, and only if it is the regular file that its path says. */
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs'

const CHUNK_BYTES = 256 * 1024
const BINARY_BYTES = 8 * 1024
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const NEWLINE = 0x0a
const NOTHING: Buffer = Buffer.alloc(0)

/** A line of fewer bytes is never given in parts. */
const SHORT_BYTES = 64 * 1024

/** What the next part of a long line repeats of the part before, in bytes. */
const REPEATED_BYTES = 96 * 1024 + 3

/** A buffer that readers used one after the other may share. */
export const lineBuffer = (): Buffer => Buffer.allocUnsafe(CHUNK_BYTES)

/**
 * Bytes of a file, valid until the next call. Where `begins` and `ends` are both true: whole lines, without the last newline. Else a
 * part of one line that is too long for a piece: its first `repeated` bytes came with the part before.
 */
export type Piece = { readonly bytes: Buffer; readonly begins: boolean; readonly ends: boolean; readonly repeated: number }

/** One file being read. Close it, whatever happens. */
export class LineReader {
  readonly #descriptor: number | undefined
  readonly #chunk: Buffer
  /** What was read and not given yet. */
  #pending: Buffer = NOTHING
  /** What belongs before that: the beginning of a line, or, inside of a long one, what is repeated. */
  #rest: Buffer = NOTHING
  #isFirst = true
  #isInside = false

  /** A file that is not there, not readable, not regular or elsewhere reads as empty. */
  constructor(absolute: string, buffer: Buffer) {
    this.#descriptor = openRegular(absolute)
    this.#chunk = buffer
  }

  /** The next piece; `undefined` at the end, and at once for a binary file. */
  next(): Piece | undefined {
    if (this.#pending.length === 0 && !this.#read()) return this.#last()
    const read = this.#pending
    const end = this.#isInside ? read.indexOf(NEWLINE) : read.lastIndexOf(NEWLINE)
    this.#pending = NOTHING
    if (end === -1) return this.#withoutEnd(Buffer.concat([this.#rest, read]))
    const bytes = this.#rest.length === 0 ? read.subarray(0, end) : Buffer.concat([this.#rest, read.subarray(0, end)])
    const piece = { bytes, begins: !this.#isInside, ends: true, repeated: this.#isInside ? this.#rest.length : 0 }
    if (this.#isInside) this.#pending = read.subarray(end + 1)
    this.#rest = this.#isInside ? NOTHING : Buffer.from(read.subarray(end + 1))
    this.#isInside = false
    return piece
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
  }

  #read(): boolean {
    if (this.#descriptor === undefined) return false
    this.#pending = this.#chunk.subarray(0, readSync(this.#descriptor, this.#chunk))
    const isBinary = this.#isFirst && this.#pending.subarray(0, BINARY_BYTES).includes(0)
    this.#isFirst = false
    if (isBinary) this.#pending = NOTHING
    return this.#pending.length > 0
  }

  #withoutEnd(bytes: Buffer): Piece | undefined {
    if (!this.#isInside && bytes.length < SHORT_BYTES) {
      this.#rest = bytes
      return this.next()
    }
    const piece = { bytes, begins: !this.#isInside, ends: false, repeated: this.#isInside ? this.#rest.length : 0 }
    this.#rest = bytes.subarray(Math.max(0, bytes.length - REPEATED_BYTES))
    this.#isInside = true
    return piece
  }

  #last(): Piece | undefined {
    const bytes = this.#rest
    if (bytes.length === 0 && !this.#isInside) return undefined
    const piece = { bytes, begins: !this.#isInside, ends: true, repeated: this.#isInside ? bytes.length : 0 }
    this.#rest = NOTHING
    this.#isInside = false
    return piece
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
    // No such file system here: it was opened without following a link.
    return true
  }
}
