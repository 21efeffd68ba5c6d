/** The figures of a chaos run, for people. */
import type { ChaosResult } from './run-chaos.ts'

const MIB = 1_048_576
const MOST_REASONS = 10

export function formatChaos(result: ChaosResult): string {
  const { options, mischief, peakRss, violations } = result
  const rows: readonly (readonly [string, string])[] = [
    ['workers, steps, seed', `${options.workers}, ${options.steps}, ${options.seed}${options.leases ? ', with leases' : ''}`],
    ['took', `${(result.tookMs / 1000).toFixed(1)} s`],
    ['killed, stopped', `${mischief.kills} times, ${mischief.stops} times`],
    ['cut', `${mischief.cuts} times, ${mischief.connectionsCut} connections`],
    ['completed, reported', `${result.completed}, ${result.reported}`],
    ['facts, live events', `${result.facts}, ${result.lives}`],
    ['texts that came whole', `${result.textsWhole}`],
    ['effects, of these unknown', `${result.effects}, ${result.unknownEffects}`],
    ['peak memory', `worker ${(peakRss.workers / MIB).toFixed(0)} MiB, caller ${(peakRss.caller / MIB).toFixed(0)} MiB`],
    ['violations', `${violations.length}`],
  ]
  const reasons = result.reasons.slice(0, MOST_REASONS).map((each) => `  reported: ${each}`)
  return [...rows.map(([name, value]) => `${name.padEnd(28)}${value}`), ...reasons, ...violations.map((each) => `  ${each}`)].join('\n')
}
