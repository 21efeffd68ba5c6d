/** Lists named values, the names in a column. */
import { columnsOf, padEnd } from './text.ts'
import { wrapWords } from './wrap.ts'
import type { Style } from './style.ts'

/** What is meant to be copied: never wrapped by us, so that it stays one line. */
export type Verbatim = { readonly verbatim: string }

/** A name and its value; further lines of the value stand below it. */
export type Field = readonly [name: string, value: string | readonly string[] | Verbatim]

export function fieldLines(fields: readonly Field[], style: Style): readonly string[] {
  const column = Math.max(0, ...fields.map(([name]) => columnsOf(name))) + 2
  return fields.flatMap(([name, value]) => {
    const lines = valueLines(value, style.width - column - 2)
    return lines.map((line, index) => `  ${style.colors.dim(padEnd(index === 0 ? name : '', column))}${line}`)
  })
}

function valueLines(value: Field[1], columns: number): readonly string[] {
  if (typeof value === 'object' && 'verbatim' in value) return [value.verbatim]
  return (typeof value === 'string' ? [value] : value).flatMap((line) => wrapWords(line, columns, /^ */.exec(line)?.[0]))
}
