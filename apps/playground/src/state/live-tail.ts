/** Live events as rows of a timeline: pieces of one thing are one row that grows, and only the newest rows are kept. */
import type { Envelope, LiveEvent } from '@seamfold/core/kit'

export type LiveRow = {
  /** Rises with every row. */
  readonly sequence: number
  /** What its pieces belong to; empty for what stands alone. */
  readonly group: string
  readonly type: LiveEvent['type']
  /** Pieces that came so far. */
  readonly count: number
  readonly characters: number
  readonly timestamp: number
  /** The last fact before the first piece. */
  readonly after: string
}

const limit = 300

/** What belongs together: pieces of one block, or of one call's output. */
function groupOf(event: LiveEvent): string {
  switch (event.type) {
    case 'text_delta':
    case 'reasoning_delta':
    case 'tool_input_delta':
      return `${event.type}/${event.turn}/${event.attempt}/${event.block}`
    case 'tool_output_delta':
      return `${event.type}/${event.callId}`
    default:
      return ''
  }
}

const lengthOf = (event: LiveEvent): number => ('text' in event ? event.text.length : 'delta' in event ? event.delta.length : 0)

/** Facts change nothing. */
export function liveTail(rows: readonly LiveRow[], { durable, event, cursor, timestamp }: Envelope): readonly LiveRow[] {
  if (durable) return rows
  const live = event as LiveEvent
  const group = groupOf(live)
  const characters = lengthOf(live)
  const at = group === '' ? -1 : rows.findLastIndex((row) => row.group === group && row.after === cursor)
  const row = rows[at]
  if (row !== undefined) return rows.with(at, { ...row, count: row.count + 1, characters: row.characters + characters })
  const sequence = (rows.at(-1)?.sequence ?? 0) + 1
  return [...rows, { sequence, group, type: live.type, count: 1, characters, timestamp, after: cursor }].slice(-limit)
}
