/** One line for a tool call, with what it came to below it. */
import { describeCall } from './call.ts'
import { duration } from './measure.ts'
import { type EndedCall, outcomeOf } from './outcome.ts'
import { columnsOf, cut, oneLine, padEnd, visibleLine } from './text.ts'
import type { Style } from './style.ts'

export type Card = EndedCall & {
  /** Milliseconds from its start to its end; undefined when it never started. */
  readonly tookMs: number | undefined
  /** How deep it is nested in other calls; the model's own are 0. */
  readonly depth: number
  /** The result comes from outside. */
  readonly untrusted?: true
}

const NAME_COLUMNS = 5
const BODY_INDENT = '    '

/** A call that has ended, as lines. */
export function cardLines(card: Card, style: Style): readonly string[] {
  const { colors, signs, width } = style
  const indent = '  ' + '  '.repeat(card.depth)
  const sign = card.isError ? colors.red(signs.failed) : colors.green(signs.done)
  const { brief, body } = outcomeOf(card.tookMs === undefined ? unstarted(card) : card, {
    ...style,
    width: width - columnsOf(indent) - BODY_INDENT.length,
  })
  const took = card.tookMs === undefined ? '' : duration(card.tookMs)
  const told = [brief, took, card.untrusted ? 'from outside' : '']
    .filter((part) => part !== '')
    .map((part) => (part === oneLine(part) ? colors.dim(part) : part))
  const tail = told.length === 0 ? '' : `  ${told.join(colors.dim(` ${signs.dot} `))}`
  const name = padEnd(visibleLine(card.name), NAME_COLUMNS)
  const room = width - columnsOf(indent) - 2 - columnsOf(name) - 1
  const gist = describeCall(card.name, card.args)
  const head = `${indent}${sign} ${colors.bold(name)} `
  const below = body.map((line) => `${indent}${BODY_INDENT}${line}`)
  if (columnsOf(gist) + columnsOf(tail) <= room) return [head + gist + tail, ...below]
  // The words about the result are worth more than the end of a long command, but not all of it.
  const space = Math.max(Math.min(16, room), room - columnsOf(tail))
  const short = cut(gist, space, signs.ellipsis)
  if (columnsOf(short) + columnsOf(tail) <= room) return [head + short + tail, ...below]
  return [
    head + cut(gist, room, signs.ellipsis),
    `${indent}${BODY_INDENT}${cutTold(told, width - columnsOf(indent) - BODY_INDENT.length, style)}`,
    ...below,
  ]
}

/** A call that never ran has no exit code, whatever its result says: only its words are worth telling. */
const unstarted = ({ args, output, isError }: Card): EndedCall => ({ name: '', args, output, isError })

const cutTold = (told: readonly string[], columns: number, { colors, signs }: Style): string => {
  const line = told.join(colors.dim(` ${signs.dot} `))
  return columnsOf(line) <= columns
    ? line
    : colors.dim(cut(told.map((part) => oneLine(part)).join(` ${signs.dot} `), columns, signs.ellipsis))
}
