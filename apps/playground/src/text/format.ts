/** Numbers and moments as words for a person. */
import { totalTokens, type Usage } from '@seamfold/core/kit'

/** `340 ms`, `4.2 s`, `3 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Whole seconds, for clocks that run: nothing jumps more than once a second. */
export const formatElapsed = (ms: number): string =>
  formatDuration(Math.max(0, Math.floor(ms / 1_000)) * 1_000)
    .replace(/^0 ms$/, '0 s')
    .replace('.0 s', ' s')

export function formatCount(count: number): string {
  if (count < 1_000) return String(count)
  if (count < 1_000_000) return `${(count / 1_000).toFixed(count < 10_000 ? 1 : 0)}k`
  return `${(count / 1_000_000).toFixed(1)}M`
}

export const formatTokens = (usage: Usage): string => `${formatCount(totalTokens(usage))} tokens`

/** US dollars; small amounts keep two digits that mean something. */
export function formatCost(usd: number): string {
  if (usd === 0) return '$0'
  if (usd < 0.01) return `$${usd.toPrecision(2)}`
  return `$${usd.toFixed(2)}`
}

export const formatTime = (timestamp: number): string =>
  new Date(timestamp).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })

/** `now`, `5 min`, `3 h`, `2 d`, then a date. */
export function formatAge(timestamp: number, now: number): string {
  const minutes = Math.floor((now - timestamp) / 60_000)
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes} min`
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)} h`
  if (minutes < 60 * 24 * 7) return `${Math.floor(minutes / 60 / 24)} d`
  return new Date(timestamp).toLocaleDateString()
}
