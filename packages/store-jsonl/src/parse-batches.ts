/** Takes bytes of a log apart into whole batches, and says what comes after the last one. */
import { parseLine, type Line, type Mark } from './line.ts'

export type Batches = {
  /** The lines of all whole batches, in order. */
  readonly lines: readonly Line[]
  /** Where the last whole batch ends. */
  readonly end: Mark
  /** What follows it: nothing, the beginning of a batch, or a line that is wrong. */
  readonly rest: 'nothing' | 'beginning' | Damage
}

export type Damage = {
  /** Which record of the log the line should hold. */
  readonly offset: number
  readonly reason: string
}

const NEWLINE = 0x0a

/** `bytes` begin at `start`. A batch is whole when its last line ends in a newline. */
export function parseBatches(bytes: Buffer, start: Mark): Batches {
  const lines: Line[] = []
  let end = start
  let batch: Line[] = []
  let [from, chain] = [0, start.chain]
  for (let newline = bytes.indexOf(NEWLINE); newline !== -1; newline = bytes.indexOf(NEWLINE, from)) {
    const line = parseLine(bytes.subarray(from, newline), chain)
    const offset = end.offset + batch.length
    const reason = typeof line === 'string' ? line : misplaced(line, { offset, index: batch.length + 1, size: batch[0]?.size })
    if (typeof line === 'string' || reason !== undefined) return { lines, end, rest: { offset, reason: reason ?? '' } }
    from = newline + 1
    chain = line.chain
    batch.push(line)
    if (line.index < line.size) continue
    for (const each of batch) lines.push(each)
    batch = []
    end = { offset: offset + 1, position: start.position + from, chain }
  }
  return { lines, end, rest: start.position + bytes.length === end.position ? 'nothing' : 'beginning' }
}

function misplaced(line: Line, due: { offset: number; index: number; size: number | undefined }): string | undefined {
  if (line.offset !== due.offset) return `it holds record ${line.offset} where record ${due.offset} belongs`
  const size = due.size ?? line.size
  if (line.index === due.index && line.size === size && line.index <= size) return undefined
  return `it is ${line.index} of ${line.size} of its batch where ${due.index} of ${size} belongs`
}
