/** Takes some lines out of a file and counts all, in bounded memory. */
import { cutLine, LINE_LIMIT } from '../text/cut-line.ts'
import type { Workspace } from '../workspace/workspace.ts'

const OUTPUT_BYTES = 96 * 1024
const BINARY_BYTES = 8 * 1024
const NEWLINE = 0x0a

/** `offset` counts from 0. */
export type LineRange = { readonly offset: number; readonly limit: number }

/** `cutAt` is set when fewer lines came than asked for, because of their size in bytes. */
export type ReadLines = {
  readonly lines: readonly string[]
  readonly total: number
  readonly bytes: number
  readonly isBinary: boolean
  readonly cutAt: number | undefined
}

/** Reads the whole file, also what is not shown: the number of lines is part of the answer. */
export async function readLines(workspace: Workspace, path: string, range: LineRange): Promise<ReadLines> {
  const taking = new Taking(range)
  for await (const piece of workspace.readFile(path)) {
    if (taking.bytes === 0 && piece.subarray(0, BINARY_BYTES).includes(0)) {
      const size = (await workspace.stat(path))?.size ?? piece.length
      return { lines: [], total: 0, bytes: size, isBinary: true, cutAt: undefined }
    }
    taking.add(piece)
  }
  taking.end()
  return { lines: taking.lines, total: taking.total, bytes: taking.bytes, isBinary: false, cutAt: taking.isFull ? OUTPUT_BYTES : undefined }
}

class Taking {
  readonly lines: string[] = []
  bytes = 0
  total = 0
  isFull = false
  readonly #range: LineRange
  #line: Uint8Array[] = []
  #lineBytes = 0
  #shown = 0

  constructor(range: LineRange) {
    this.#range = range
  }

  add(piece: Uint8Array): void {
    this.bytes += piece.length
    let from = 0
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, from)) {
      this.#part(piece.subarray(from, end))
      this.#endLine()
      from = end + 1
    }
    if (from < piece.length) this.#part(piece.slice(from))
  }

  end(): void {
    if (this.#lineBytes > 0) this.#endLine()
  }

  #part(part: Uint8Array): void {
    // Beyond the limit only the length of a line matters.
    if (this.#isWanted() && this.#lineBytes <= LINE_LIMIT) this.#line.push(part.subarray(0, LINE_LIMIT + 4))
    this.#lineBytes += part.length
  }

  #isWanted(): boolean {
    return !this.isFull && this.total >= this.#range.offset && this.lines.length < this.#range.limit
  }

  #endLine(): void {
    if (this.#isWanted()) this.#take(Buffer.concat(this.#line).toString('utf8'), this.#lineBytes)
    this.total++
    this.#line = []
    this.#lineBytes = 0
  }

  #take(text: string, length: number): void {
    const hidden = length > LINE_LIMIT ? `… [${length - LINE_LIMIT} more bytes]` : ''
    const line = hidden === '' ? text.replace(/\r$/, '') : cutLine(text).replace(/… \[\d+ more bytes\]$/, hidden)
    const size = Buffer.byteLength(line) + 8
    this.isFull = this.#shown + size > OUTPUT_BYTES && this.lines.length > 0
    if (this.isFull) return
    this.#shown += size
    this.lines.push(line)
  }
}
