/** Finds the matching lines of one file, with the lines around them, step by step. */
import type { LinePattern } from './line-pattern.ts'
import type { LineReader, Piece } from './line-reader.ts'
import { findInPart, WINDOW } from './long-line.ts'
import type { GrepLine, Hidden } from './workspace-search.ts'

const NEWLINE = 0x0a
/** What is given of a long line before and after where a match begins, in UTF-16 units. */
const SHOWN_BEFORE = 1_024
const SHOWN_AFTER = 8_192

/** What is looked for, and who takes what is found: `take` says `false` to end the search. */
export type GrepJob = { readonly pattern: LinePattern; readonly context: number; take(line: GrepLine): boolean }

/** What is known of one line: `at` is where in `text` a match begins. */
type Seen = { readonly text: string; readonly at?: number; readonly hidden?: Hidden }

/** A line that comes in parts: `bytes` of it came until now. */
type Long = { readonly seen: Seen; readonly bytes: number }

/** One file under search: call `step` until it returns `false`; then `isStopped` says whether `take` wanted no more. */
export class FileSearch {
  isStopped = false
  readonly #path: string
  readonly #reader: LineReader
  readonly #job: GrepJob
  readonly #work: Generator<void>
  #line = 0
  #before: Seen[] = []
  #after = 0
  #long: Long | undefined

  constructor(path: string, reader: LineReader, job: GrepJob) {
    this.#path = path
    this.#reader = reader
    this.#job = job
    this.#work = this.#search()
  }

  step(): boolean {
    return this.#work.next().done !== true && !this.isStopped
  }

  *#search(): Generator<void> {
    for (let piece = this.#reader.next(); piece !== undefined; piece = this.#reader.next()) {
      if (piece.begins && piece.ends) yield* this.#seeLines(piece.bytes)
      else yield* this.#seePart(piece)
      yield
    }
  }

  *#seeLines(bytes: Buffer): Generator<void> {
    if (this.#isWithout(bytes) && this.#job.context === 0) {
      this.#line += countNewlines(bytes) + 1
      return
    }
    const { pattern } = this.#job
    for (const line of bytes.toString('utf8').split('\n')) {
      const text = withoutReturn(line)
      const at = text.length > WINDOW ? yield* findInPart(pattern, { text, begins: true, ends: true }) : pattern.find(text)?.start
      if (!this.#see(at === undefined ? { text } : { text, at })) return
    }
  }

  #isWithout(bytes: Buffer): boolean {
    const { literal } = this.#job.pattern
    return literal !== undefined && !bytes.includes(literal)
  }

  *#seePart(piece: Piece): Generator<void> {
    const { bytes, ends, repeated } = piece
    const long = this.#long ?? { seen: { text: '' }, bytes: 0 }
    const seen = long.seen.at === undefined ? yield* this.#seenInPart(piece, long) : long.seen
    const total = long.bytes + bytes.length - repeated
    this.#long = ends ? undefined : { seen, bytes: total }
    if (!ends) return
    const before = seen.hidden?.before ?? 0
    this.#see({ ...seen, hidden: { before, after: Math.max(0, total - before - Buffer.byteLength(seen.text)) } })
  }

  *#seenInPart({ bytes, begins, ends, repeated }: Piece, long: Long): Generator<void, Seen> {
    const from = begins ? 0 : wholeFrom(bytes)
    const whole = bytes.toString('utf8', from)
    const text = ends ? withoutReturn(whole) : whole
    const at = this.#isWithout(bytes) ? undefined : yield* findInPart(this.#job.pattern, { text, begins, ends })
    if (at === undefined) return begins ? { text: text.slice(0, SHOWN_AFTER) } : long.seen
    const start = Math.max(0, at - SHOWN_BEFORE)
    const before = long.bytes - repeated + from + Buffer.byteLength(text.slice(0, start))
    return { text: text.slice(start, at + SHOWN_AFTER), at: at - start, hidden: { before, after: 0 } }
  }

  #see(seen: Seen): boolean {
    this.#line++
    const { context } = this.#job
    if (seen.at !== undefined) {
      const first = this.#line - this.#before.length
      const shown = this.#before.map((before, index) => ({ line: first + index, ...before, isMatch: false }))
      this.#before = []
      this.#after = context
      return [...shown, { line: this.#line, ...seen, isMatch: true }].every((line) => this.#give(line))
    }
    if (this.#after > 0) {
      this.#after--
      return this.#give({ line: this.#line, ...seen, isMatch: false })
    }
    if (context > 0) this.#before.push(seen)
    if (this.#before.length > context) this.#before.shift()
    return true
  }

  #give(line: Omit<GrepLine, 'path'>): boolean {
    this.isStopped = !this.#job.take({ path: this.#path, ...line })
    return !this.isStopped
  }
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)

/** Where the first whole character begins. */
function wholeFrom(bytes: Buffer): number {
  let at = 0
  while (at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at++
  return at
}

function countNewlines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
