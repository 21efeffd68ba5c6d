/** How long to wait before trying to connect again. */
import type { Host } from '@seamfold/core/kit'

const FIRST_MS = 50
const MOST_MS = 2000

/** Milliseconds before the attempt: none before the first, then doubling up to 2 s, shortened at random by up to a half. */
export function backoffMs(attempt: number, { random }: Pick<Host, 'random'>): number {
  if (attempt === 0) return 0
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** (attempt - 1))
  return full * (0.5 + random() / 2)
}
