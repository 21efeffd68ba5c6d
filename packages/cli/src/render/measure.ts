/** Durations, token counts and money as a person reads them. */
import { groupDigits } from './text.ts'

/** Milliseconds as `4 ms`, `3.2 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  const whole = Math.max(0, Math.round(milliseconds))
  if (whole < 1000) return `${whole} ms`
  if (whole < 59_950) return `${(whole / 1000).toFixed(1)} s`
  const seconds = Math.round(whole / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Tokens as `950`, `12.3k`, `1.2M`. */
export function tokens(count: number): string {
  if (count < 10_000) return groupDigits(count)
  if (count < 1_000_000) return `${(count / 1000).toFixed(count < 100_000 ? 1 : 0)}k`
  return `${(count / 1_000_000).toFixed(1)}M`
}

/** US dollars: cents where they say something, more digits where the amount is smaller. */
export function dollars(amount: number): string {
  if (amount === 0) return '$0.00'
  if (amount >= 0.1) return `$${amount.toFixed(2)}`
  return amount < 0.0001 ? '<$0.0001' : `$${amount.toFixed(4)}`
}

/** How long ago: `just now`, `5 min ago`, `3 h ago`, `2 days ago`, else the date. */
export function ago(timestamp: number, now: number): string {
  const seconds = (now - timestamp) / 1000
  if (seconds < 45) return 'just now'
  if (seconds < 3570) return `${Math.round(seconds / 60)} min ago`
  if (seconds < 86_000) return `${Math.round(seconds / 3600)} h ago`
  const days = Math.round(seconds / 86_400)
  return days < 14 ? `${days} ${days === 1 ? 'day' : 'days'} ago` : new Date(timestamp).toISOString().slice(0, 10)
}
