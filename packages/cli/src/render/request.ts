/** Shows a request for approval: what would run, with all of its arguments, and what an edit would change. */
import { type Access, describeAccess, type Json, type WaitingFor } from '@seamfold/core/kit'
import { describeCall } from './call.ts'
import { type Change, diffExcerpt, type Excerpt, sizeText } from './diff.ts'
import { chop, columnsOf, plural, visibleLine, visibleLines } from './text.ts'
import type { Style } from './style.ts'

/** Lines of one argument, or of a change, that are shown before somebody asks for all. */
const ARGUMENT_LINES = 40
const CHANGE_LINES = 80
const INDENT = '      '

export type RequestOptions = {
  readonly style: Style
  /** What a call that edits a file would do to it; undefined where that cannot be told. */
  readonly change: Change | undefined
  /** Show all of it, however long. Default: false. */
  readonly whole?: boolean
  /** Said where lines are missing: how to see them. */
  readonly rest: string
}

/** A request as lines. What is not shown of it is counted, and said on the spot. */
export function requestExcerpt(request: WaitingFor, { style, change, whole = false, rest }: RequestOptions): Excerpt {
  const { colors, signs } = style
  const title = `${colors.yellow(signs.waiting)} ${colors.bold(visibleLine(request.toolName))}`
  if (change !== undefined) {
    const shown = diffExcerpt(change, { style, indent: '    ', wrap: true, limit: whole ? Infinity : CHANGE_LINES })
    const lines = [`${title} ${visibleLine(change.path)}  ${sizeText(change, style)}`, ...shown.lines]
    return { lines: [...lines, ...missing(shown.hidden, rest, style), ...touched(request, change.path, style)], hidden: shown.hidden }
  }
  const gist = describeCall(request.toolName, request.args)
  const short = columnsOf(gist) < style.width - columnsOf(request.toolName) - 4 && isAll(request.args, gist)
  if (short) return { lines: [`${title} ${gist}`, ...touched(request, undefined, style)], hidden: 0 }
  const shown = argumentExcerpt(request.args, { style, rest, limit: whole ? Infinity : ARGUMENT_LINES })
  return { lines: [title, ...shown.lines, ...touched(request, undefined, style)], hidden: shown.hidden }
}

/** Whether the gist says everything: every argument, to the letter. */
const isAll = (args: Json, gist: string): boolean =>
  typeof args === 'object' && args !== null && !Array.isArray(args) && Object.values(args).every((value) => value === gist)

type ArgumentOptions = { readonly style: Style; readonly rest: string; readonly limit: number }

/** Every argument: what is approved must be seen. */
function argumentExcerpt(args: Json, options: ArgumentOptions): Excerpt {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return valueExcerpt(undefined, args, options)
  const parts = Object.entries(args).map(([key, value]) => valueExcerpt(visibleLine(key), value, options))
  return { lines: parts.flatMap(({ lines }) => lines), hidden: parts.reduce((sum, { hidden }) => sum + hidden, 0) }
}

function valueExcerpt(key: string | undefined, value: Json, { style, rest, limit }: ArgumentOptions): Excerpt {
  const label = key === undefined ? '    ' : `    ${style.colors.dim(`${key}:`)} `
  const lines = visibleLines(typeof value === 'string' ? value : JSON.stringify(value, undefined, 2))
  const [only] = lines
  if (lines.length === 1 && only !== undefined && columnsOf(label) + columnsOf(only) <= style.width)
    return { lines: [label + only], hidden: 0 }
  const pieces = lines.flatMap((line) => chop(line, Math.max(8, style.width - INDENT.length)))
  const shown = pieces.slice(0, limit).map((line) => INDENT + line)
  const hidden = pieces.length - shown.length
  return { lines: [...(key === undefined ? [] : [label.trimEnd()]), ...shown, ...missing(hidden, rest, style)], hidden }
}

const missing = (hidden: number, rest: string, { colors, signs }: Style): readonly string[] =>
  hidden === 0
    ? []
    : [colors.yellow(`${INDENT}${signs.ellipsis} ${plural(hidden, 'more line is', 'more lines are')} not shown here: ${rest}`)]

/** What it would touch for certain, but for what was told: the command itself, and the file whose change is shown. Then why it is asked. */
const touched = ({ accesses, reason }: WaitingFor, path: string | undefined, { colors }: Style): readonly string[] => {
  const isTold = (access: Access): boolean => access.kind === 'exec' || 'perhaps' in access || ('path' in access && access.path === path)
  const words = accesses.filter((access) => !isTold(access)).map((access) => visibleLine(describeAccess(access)))
  const told = [...(words.length === 0 ? [] : [`touches: ${words.join(', ')}`]), ...(reason === '' ? [] : [`why: ${visibleLine(reason)}`])]
  return told.map((line) => `    ${colors.dim(line)}`)
}
