/** The card in words: a line for each adapter and suite, then what went wrong. */
import { type Card, formatCards } from '../../core/src/testing.ts'
import type { Line } from './entry.ts'

const HEAD = ['suite', 'adapter', 'cases', 'passed', 'known', 'failed', 'left out', 'mutants killed']

export function formatLines(lines: readonly Line[]): string {
  const rows = [HEAD, ...lines.map(rowOf)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const troubles = lines.flatMap(troublesOf)
  return [...table, ...(troubles.length === 0 ? [] : ['', ...troubles])].join('\n')
}

/** Whether every case passed, or failed as it is known to, and no mutant got away. */
export const isGood = ({ card, mutants }: Line): boolean => card.passed && (mutants?.survivors.length ?? 0) === 0

/** A table for each suite, a row for each case and a column for each adapter. */
export function formatCases(lines: readonly Line[]): string {
  const seams = new Map<string, Card[]>()
  for (const { card } of lines) seams.set(card.seam, [...(seams.get(card.seam) ?? []), card])
  return [...seams.values()].map((cards) => formatCards(cards)).join('\n\n')
}

function rowOf({ card, mutants }: Line): string[] {
  const { seam, name, results } = card
  const count = (status: string): string => String(results.filter((result) => result.status === status).length)
  const killed = mutants === undefined ? '' : `${mutants.killed} of ${mutants.total}`
  return [seam, name, String(results.length), count('passed'), count('known'), count('failed'), count('skipped'), killed]
}

function troublesOf({ card, mutants }: Line): string[] {
  const failed = card.results.filter(({ status }) => status === 'failed' || status === 'known')
  return [
    ...failed.map(({ id, status, reason }) => `${card.name}: ${id} ${status === 'known' ? 'is known to fail' : 'failed'}: ${reason ?? ''}`),
    ...(mutants?.survivors ?? []).map((survivor) => `${card.name}: a mutant got away: ${survivor}`),
  ]
}
