/** Shows what changed in a file: hunks with line numbers, the changed part of a changed line set off. */
import { parsePatch, structuredPatch } from 'diff'
import { chop, cut, groupDigits, padStart, visible } from './text.ts'
import type { Style } from './style.ts'

/** A file before and after, undefined where it does not exist; or what changed in it as a unified diff. */
export type Change =
  | { readonly path: string; readonly before: string | undefined; readonly after: string | undefined }
  | { readonly path: string; readonly diff: string }

type Row = { readonly kind: 'same' | 'added' | 'removed' | 'gap'; readonly line: number; readonly text: string; readonly partner?: string }

export type DiffOptions = {
  readonly style: Style
  /** Written before each line. Default: none. */
  readonly indent?: string
  /** Lines around a change. Default: 2. */
  readonly context?: number
  /** Lines shown at the most. Default: 60. */
  readonly limit?: number
  /** Go on with a long line in the next ones, instead of cutting it. Default: false. */
  readonly wrap?: boolean
}

/** Lines for a person, and how many more there would be. */
export type Excerpt = { readonly lines: readonly string[]; readonly hidden: number }

/** A change as lines for a person. An unchanged file is no lines. */
export function diffLines(change: Change, options: DiffOptions): readonly string[] {
  const { lines, hidden } = diffExcerpt(change, options)
  const { style, indent = '' } = options
  return hidden > 0 ? [...lines, indent + style.colors.dim(`${style.signs.ellipsis} ${groupDigits(hidden)} more lines`)] : lines
}

/** The first lines of a change, and how many more there are. */
export function diffExcerpt(change: Change, { style, indent = '', context = 2, limit = 60, wrap = false }: DiffOptions): Excerpt {
  const rows = rowsOf(change, context)
  const digits = String(rows.reduce((last, { line }) => Math.max(last, line), 0)).length
  const room = Math.max(8, style.width - indent.length - digits - 3)
  const paint = (row: Row): readonly string[] => paintRow(row, { style, digits, room, wrap })
  const lines: string[] = []
  let taken = 0
  for (const row of rows) {
    if (lines.length >= limit) break
    lines.push(...paint(row).map((line) => indent + line))
    taken++
  }
  // A line that was wrapped may go past the limit: what is cut off it counts as well.
  const over = Math.max(0, lines.length - limit)
  return { lines: lines.slice(0, lines.length - over), hidden: rows.length - taken + over }
}

/** How many lines a change adds and removes. */
function changeSize(change: Change): { readonly added: number; readonly removed: number } {
  const rows = rowsOf(change, 0)
  return { added: rows.filter(({ kind }) => kind === 'added').length, removed: rows.filter(({ kind }) => kind === 'removed').length }
}

/** `+3 −1`, coloured. */
export function sizeText(change: Change, { colors, signs }: Style): string {
  const { added, removed } = changeSize(change)
  if (added + removed === 0) return colors.dim('no change')
  const parts = [added > 0 ? colors.green(`+${added}`) : '', removed > 0 ? colors.red(`${signs.minus}${removed}`) : '']
  return parts.filter((part) => part !== '').join(' ')
}

function rowsOf(change: Change, context: number): readonly Row[] {
  const hunks = 'diff' in change ? hunksOfText(change.diff) : hunksOfFiles(change, context)
  if (hunks === undefined) return [{ kind: 'gap', line: 0, text: 'binary file' }]
  return hunks.flatMap((hunk, index) => {
    const gap: readonly Row[] = index === 0 ? [] : [{ kind: 'gap', line: 0, text: '' }]
    return [...gap, ...pair(hunkRows(hunk))]
  })
}

type Hunk = { readonly oldStart: number; readonly newStart: number; readonly lines: readonly string[] }

/** Undefined for binary files, which have no lines to compare. */
function hunksOfFiles(
  { path, before = '', after = '' }: Extract<Change, { before: unknown }>,
  context: number,
): readonly Hunk[] | undefined {
  if (before.includes('\0') || after.includes('\0')) return undefined
  return structuredPatch(path, path, before, after, undefined, undefined, { context }).hunks
}

/** A stored diff that does not parse shows nothing: it is only there to be looked at. */
function hunksOfText(diff: string): readonly Hunk[] {
  try {
    return parsePatch(diff).flatMap(({ hunks }) => hunks)
  } catch {
    // Not a diff that can be read: nothing is shown of it.
    return []
  }
}

function hunkRows(hunk: Hunk): readonly Row[] {
  const rows: Row[] = []
  let oldLine = hunk.oldStart
  let newLine = hunk.newStart
  for (const line of hunk.lines) {
    const text = line.slice(1)
    if (line.startsWith('+')) rows.push({ kind: 'added', line: newLine++, text })
    else if (line.startsWith('-')) rows.push({ kind: 'removed', line: oldLine++, text })
    else if (line.startsWith(' ')) {
      rows.push({ kind: 'same', line: newLine++, text })
      oldLine++
    }
  }
  return rows
}

/** Where as many lines were removed as were added in their place, each knows its counterpart. */
function pair(rows: readonly Row[]): readonly Row[] {
  const paired = [...rows]
  for (let start = 0; start < rows.length; start++) {
    if (rows[start]?.kind !== 'removed' || rows[start - 1]?.kind === 'removed') continue
    let removed = 0
    while (rows[start + removed]?.kind === 'removed') removed++
    let added = 0
    while (rows[start + removed + added]?.kind === 'added') added++
    if (removed !== added) continue
    for (let index = start; index < start + removed; index++) {
      const [old, fresh] = [rows[index], rows[index + removed]]
      if (old === undefined || fresh === undefined) continue
      paired[index] = { ...old, partner: fresh.text }
      paired[index + removed] = { ...fresh, partner: old.text }
    }
  }
  return paired
}

type RowLook = { readonly style: Style; readonly digits: number; readonly room: number; readonly wrap: boolean }

/** One line, or several where it is wrapped. What is in a file is shown as it is there: nothing of it is taken out. */
function paintRow(row: Row, { style, digits, room, wrap }: RowLook): readonly string[] {
  const { colors, signs } = style
  if (row.kind === 'gap') return [colors.dim(padStart(row.text === '' ? signs.ellipsis : row.text, digits))]
  const number = colors.dim(padStart(String(row.line), digits))
  const whole = visible(row.text)
  const [text = '', ...rest] = wrap ? chop(whole, room) : [cut(whole, room, signs.ellipsis)]
  const paint = row.kind === 'added' ? colors.green : row.kind === 'removed' ? colors.red : colors.dim
  const sign = row.kind === 'added' ? '+' : row.kind === 'removed' ? signs.minus : ' '
  const partner = row.partner === undefined || rest.length > 0 ? undefined : visible(row.partner)
  const first = row.kind === 'same' ? paint(text) : emphasise(text, partner, { paint, bold: colors.bold })
  return [
    `${number} ${row.kind === 'same' ? sign : paint(sign)} ${first}`.trimEnd(),
    ...rest.map((piece) => `${' '.repeat(digits + 3)}${paint(piece)}`),
  ]
}

type Paint = (text: string) => string

/** Sets off what differs from the line's counterpart, unless nearly all of it does. */
function emphasise(text: string, partner: string | undefined, { paint, bold }: { readonly paint: Paint; readonly bold: Paint }): string {
  if (partner === undefined || text === '') return paint(text)
  let head = 0
  while (head < text.length && text[head] === partner[head]) head++
  let tail = 0
  while (tail < text.length - head && tail < partner.length - head && text[text.length - 1 - tail] === partner[partner.length - 1 - tail])
    tail++
  if (head + tail < text.length / 3) return paint(text)
  const middle = text.slice(head, text.length - tail)
  return paint(text.slice(0, head)) + (middle === '' ? '' : bold(paint(middle))) + paint(text.slice(text.length - tail))
}
