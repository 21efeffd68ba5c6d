/** Lists named values, the names in a column. */
import { columnsOf, cutStart, padEnd } from './text.ts'
import type { Style } from './style.ts'

/** A name and its value; further lines of the value stand below it. A path is cut from its front where it is too long. */
export type Field = readonly [name: string, value: string | readonly string[]]

export function fieldLines(fields: readonly Field[], style: Style): readonly string[] {
  const column = Math.max(0, ...fields.map(([name]) => columnsOf(name))) + 2
  return fields.flatMap(([name, value]) => {
    const lines = typeof value === 'string' ? [value] : value
    return lines.map((line, index) => `  ${style.colors.dim(padEnd(index === 0 ? name : '', column))}${line}`)
  })
}

/** A path that fits beside its name. */
export const pathText = (path: string, name: string, { width, signs }: Style): string => cutStart(path, Math.max(24, width - columnsOf(name) - 4), signs.ellipsis)
