/** Wraps finished lines, coloured or not, where it does not hurt. */
import { columnsOf } from './text.ts'

/** Lines of at most so many columns, the first as it is and the others behind `hang`. A longer word, such as a path, stays whole. */
export function wrapWords(line: string, columns: number, hang = ''): readonly string[] {
  if (columnsOf(line) <= columns) return [line]
  const [lead = ''] = /^ */.exec(line) ?? []
  const lines: string[] = []
  let current = lead
  for (const word of line.slice(lead.length).split(' ')) {
    const blank = current.trim() === '' ? '' : ' '
    if (blank !== '' && columnsOf(current) + 1 + columnsOf(word) > columns) {
      lines.push(current)
      current = hang + word
    } else current += blank + word
  }
  return [...lines, current]
}

/** Parts in a row with a separator between them; lines begin with `indent`. A part is broken only where it is longer than a line. */
export function joinParts(
  parts: readonly string[],
  separator: string,
  { columns, indent }: { readonly columns: number; readonly indent: string },
): readonly string[] {
  const lines: string[] = []
  let current = ''
  for (const part of parts) {
    const longer = current === '' ? part : current + separator + part
    if (current !== '' && columnsOf(indent + longer) > columns) {
      lines.push(indent + current)
      current = part
    } else current = longer
  }
  return [...lines, indent + current].flatMap((line) => wrapWords(line, columns, indent))
}
