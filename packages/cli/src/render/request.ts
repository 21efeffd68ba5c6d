/** Shows a request for approval: what would run, with all of its arguments, and what an edit would change. */
import { type Access, describeAccess, type Json, type WaitingFor } from '@seamfold/core/kit'
import { describeCall } from './call.ts'
import { type Change, diffLines, sizeText } from './diff.ts'
import { columnsOf, linesOf, oneLine } from './text.ts'
import type { Style } from './style.ts'

const ARGUMENT_LINES = 24

/** A request as lines. `change` is what a call that edits a file would do to it. */
export function requestLines(request: WaitingFor, change: Change | undefined, style: Style): readonly string[] {
  const { colors, signs } = style
  const title = `${colors.yellow(signs.waiting)} ${colors.bold(oneLine(request.toolName))}`
  if (change !== undefined) {
    return [`${title} ${oneLine(change.path)}  ${sizeText(change, style)}`, ...diffLines(change, { style, indent: '    ', limit: 80 })]
  }
  const gist = describeCall(request.toolName, request.args)
  const rest = remaining(request, gist)
  const short = columnsOf(gist) < style.width - request.toolName.length - 4 && rest.length === 0
  const head = short ? [`${title} ${gist}`] : [title, ...argumentLines(request.args, style)]
  return [...head, ...touched(request.accesses, style)]
}

/** Arguments that the gist does not already show whole. */
function remaining({ args }: WaitingFor, gist: string): readonly string[] {
  if (typeof args !== 'object' || args === null) return []
  return Object.entries(args)
    .filter(([, value]) => !(typeof value === 'string' && value.trim() === gist))
    .map(([key]) => key)
}

/** Every argument in full, as far as it fits: what is approved must be seen. */
function argumentLines(args: Json, { colors, signs }: Style): readonly string[] {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return [`    ${oneLine(JSON.stringify(args))}`]
  return Object.entries(args).flatMap(([key, value]) => {
    const lines = linesOf(typeof value === 'string' ? value : JSON.stringify(value, undefined, 2))
    const [only] = lines
    if (lines.length === 1 && only !== undefined) return [`    ${colors.dim(`${key}:`)} ${only}`]
    const shown = lines.slice(0, ARGUMENT_LINES).map((line) => `      ${line}`)
    const hidden = lines.length - shown.length
    return [
      `    ${colors.dim(`${key}:`)}`,
      ...shown,
      ...(hidden > 0 ? [colors.yellow(`      ${signs.ellipsis} ${hidden} more lines that are not shown`)] : []),
    ]
  })
}

const touched = (accesses: readonly Access[], { colors }: Style): readonly string[] => {
  const words = accesses.filter((access) => access.kind !== 'exec').map((access) => oneLine(describeAccess(access)))
  return words.length === 0 ? [] : [`    ${colors.dim(`touches: ${words.join(', ')}`)}`]
}
