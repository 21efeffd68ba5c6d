/** Lays rows out in columns; the last column takes what room is left. */
import { columnsOf, cut, padEnd } from './text.ts'
import type { Style } from './style.ts'

/** Cells are uncoloured; `paint` colours a cell after it was cut and padded. */
export type Column = { readonly title: string; readonly paint?: (cell: string, row: number) => string }

export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[], style: Style): readonly string[] {
  const widths = columns.map(({ title }, index) => Math.max(columnsOf(title), ...rows.map((row) => columnsOf(row[index] ?? ''))))
  const taken = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0)
  const last = Math.max(10, style.width - taken)
  const lay = (cells: readonly string[], paint: (cell: string, column: number) => string): string =>
    cells
      .map((cell, index) =>
        index === columns.length - 1 ? paint(cut(cell, last, style.signs.ellipsis), index) : paint(padEnd(cell, widths[index] ?? 0), index),
      )
      .join('  ')
      .trimEnd()
  const head = lay(
    columns.map(({ title }) => title),
    (cell) => style.colors.dim(cell),
  )
  return [head, ...rows.map((row, index) => lay(row, (cell, column) => columns[column]?.paint?.(cell, index) ?? cell))]
}
