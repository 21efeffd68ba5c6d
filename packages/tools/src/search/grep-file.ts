/** Finds the matching lines of one file, with the lines around them, step by step. */
import type { LinePattern } from './line-pattern.ts'
import { LINE_BYTES, type LineReader } from './line-reader.ts'
import type { GrepLine } from './workspace-search.ts'

const NEWLINE = 0x0a

/** What is looked for, and who takes what is found: `take` says `false` to end the search. */
export type GrepJob = { readonly pattern: LinePattern; readonly context: number; take(line: GrepLine): boolean }

/** One file under search: call `step` until it returns `false`; then `isStopped` says whether `take` wanted no more. */
export class FileSearch {
  isStopped = false
  readonly #path: string
  readonly #reader: LineReader
  readonly #job: GrepJob
  #line = 0
  #before: string[] = []
  #after = 0

  constructor(path: string, reader: LineReader, job: GrepJob) {
    this.#path = path
    this.#reader = reader
    this.#job = job
  }

  step(): boolean {
    const bytes = this.#reader.next()
    if (bytes === undefined) return false
    if (bytes === 'none') return true
    const { literal } = this.#job.pattern
    if (literal !== undefined && this.#job.context === 0 && !bytes.includes(literal)) {
      this.#line += countNewlines(bytes) + 1
      return true
    }
    return bytes
      .toString('utf8')
      .split('\n')
      .every((line) => this.#see(cut(line)))
  }

  #see(text: string): boolean {
    this.#line++
    const { pattern, context } = this.#job
    if (pattern.test(text)) {
      const first = this.#line - this.#before.length
      const shown = this.#before.map((before, index) => ({ line: first + index, text: before, isMatch: false }))
      this.#before = []
      this.#after = context
      return [...shown, { line: this.#line, text, isMatch: true }].every((line) => this.#give(line))
    }
    if (this.#after > 0) {
      this.#after--
      return this.#give({ line: this.#line, text, isMatch: false })
    }
    if (context > 0) this.#before.push(text)
    if (this.#before.length > context) this.#before.shift()
    return true
  }

  #give(line: Omit<GrepLine, 'path'>): boolean {
    this.isStopped = !this.#job.take({ path: this.#path, ...line })
    return !this.isStopped
  }
}

const cut = (line: string): string => {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  return text.length > LINE_BYTES ? text.slice(0, LINE_BYTES) : text
}

function countNewlines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
