/** Shows what changed in a file: hunks with line numbers, the changed part of a changed line set off. */
import { parsePatch, structuredPatch } from 'diff'
import { cut, groupDigits, linesOf, padStart } from './text.ts'
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
}

/** A change as lines for a person. An unchanged file is no lines. */
export function diffLines(change: Change, { style, indent = '', context = 2, limit = 60 }: DiffOptions): readonly string[] {
  const rows = rowsOf(change, context)
  const digits = String(Math.max(0, ...rows.map(({ line }) => line))).length
  const shown = rows.slice(0, limit).map((row) => indent + paintRow(row, { style, digits, room: style.width - indent.length - digits - 3 }))
  const rest = rows.length - shown.length
  return rest > 0 ? [...shown, indent + style.colors.dim(`${style.signs.ellipsis} ${groupDigits(rest)} more lines`)] : shown
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

function paintRow(row: Row, { style, digits, room }: { readonly style: Style; readonly digits: number; readonly room: number }): string {
  const { colors, signs } = style
  if (row.kind === 'gap') return colors.dim(padStart(row.text === '' ? signs.ellipsis : row.text, digits))
  const number = colors.dim(padStart(String(row.line), digits))
  const text = cut(linesOf(row.text)[0] ?? '', Math.max(8, room), signs.ellipsis)
  if (row.kind === 'same') return `${number}   ${colors.dim(text)}`.trimEnd()
  const paint = row.kind === 'added' ? colors.green : colors.red
  const sign = row.kind === 'added' ? '+' : signs.minus
  return `${number} ${paint(sign)} ${emphasise(text, row.partner === undefined ? undefined : (linesOf(row.partner)[0] ?? ''), { paint, bold: colors.bold })}`.trimEnd()
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
