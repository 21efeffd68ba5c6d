/** Lists named values, the names in a column. */
import { columnsOf, padEnd } from './text.ts'
import { wrapWords } from './wrap.ts'
import type { Style } from './style.ts'

/** A name and its value; further lines of the value stand below it. */
export type Field = readonly [name: string, value: string | readonly string[]]

export function fieldLines(fields: readonly Field[], style: Style): readonly string[] {
  const column = Math.max(0, ...fields.map(([name]) => columnsOf(name))) + 2
  return fields.flatMap(([name, value]) => {
    const given = typeof value === 'string' ? [value] : value
    const lines = given.flatMap((line) => wrapWords(line, style.width - column - 2))
    return lines.map((line, index) => `  ${style.colors.dim(padEnd(index === 0 ? name : '', column))}${line}`)
  })
}
