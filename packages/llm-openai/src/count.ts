/** Reads a number of tokens from what a server says it is. */

/** Whole and not negative, whatever was sent: what is no such number counts as 0. */
export function count(value: unknown): number {
  const whole = typeof value === 'number' ? Math.round(value) : 0
  return Number.isSafeInteger(whole) && whole > 0 ? whole : 0
}
