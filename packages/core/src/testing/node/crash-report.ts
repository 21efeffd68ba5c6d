/** Crash matrices as a table that a person can read. */
import type { CrashMatrixResult } from './crash-matrix.ts'

/** A row per matrix, then every violation. */
export function formatMatrices(results: readonly CrashMatrixResult[]): string {
  const rows = [
    ['scenario', 'mode', 'places', 'kills', 'unknown', 'violations'],
    ...results.map(({ scenario, powerLoss, again, places, cuts, violations }) => [
      scenario,
      `${powerLoss ? 'power loss' : 'kill'}${again > 0 ? `, ${again} more` : ''}`,
      String(places),
      String(cuts.reduce((sum, { killedAt }) => sum + killedAt.length, 0)),
      String(cuts.reduce((sum, { unknown }) => sum + unknown, 0)),
      String(violations.length),
    ]),
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const table = rows.map((row) =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
  )
  const broken = results.flatMap(({ scenario, violations }) => violations.map((violation) => `${scenario}: ${violation}`))
  return [...table, ...(broken.length > 0 ? ['', ...broken] : [])].join('\n')
}
