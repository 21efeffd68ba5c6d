/** Pages of the list of sessions as one list: more at its end, and its top as it is now. */
import type { SessionPage, SessionSummary } from '../api/types.ts'

export type Loaded = {
  readonly sessions: readonly SessionSummary[]
  /** Where the page behind them begins; undefined where there is none. */
  readonly next: string | undefined
  /** Sessions in the store, without steps and tasks. */
  readonly total: number
  /** Steps of workflows and tasks of other sessions. */
  readonly children: number
}

const without = (sessions: readonly SessionSummary[], others: readonly SessionSummary[]): readonly SessionSummary[] => {
  const known = new Set(others.map(({ id }) => id))
  return sessions.filter(({ id }) => !known.has(id))
}

export const loadedOf = ({ next, ...page }: SessionPage): Loaded => ({ ...page, next })

/** With the page behind them. What moved while it was asked for stands once, as it was told last. */
export const withNext = ({ sessions }: Loaded, page: SessionPage): Loaded => ({
  ...loadedOf(page),
  sessions: [...without(sessions, page.sessions), ...page.sessions],
})

/**
 * With the first page as it is now. What was used moves to the top, so what stands behind it is as it was; where it cannot be told
 * what stands behind it, it is loaded again.
 */
export function withFirst(before: Loaded | undefined, page: SessionPage): Loaded {
  const fresh = loadedOf(page)
  if (before === undefined || page.next === undefined) return fresh
  const last = before.sessions.findIndex(({ id }) => id === page.sessions.at(-1)?.id)
  if (last === -1 || last > page.sessions.length * 2) return fresh
  const rest = without(before.sessions.slice(last + 1), page.sessions)
  return rest.length === 0 ? fresh : { ...fresh, sessions: [...page.sessions, ...rest], next: before.next }
}
