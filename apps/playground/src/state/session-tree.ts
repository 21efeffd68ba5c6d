/** The sessions of a list as a tree of forks, each with its depth. */
import type { SessionSummary } from '../api/types.ts'

export type Branch = { readonly session: SessionSummary; readonly depth: number }

/** Each by itself: what is searched for is shown without what it came from. */
export const singleBranches = (sessions: readonly SessionSummary[]): readonly Branch[] => sessions.map((session) => ({ session, depth: 0 }))

/** Forks stand under their origin, in the order of the list. One whose origin is not in the list stands by itself. */
export function sessionBranches(sessions: readonly SessionSummary[]): readonly Branch[] {
  const known = new Set(sessions.map(({ id }) => id))
  const children = Map.groupBy(sessions, ({ parent }) => (parent !== undefined && known.has(parent.id) ? parent.id : ''))
  const below = (id: string, depth: number): readonly Branch[] =>
    (children.get(id) ?? []).flatMap((session) => [{ session, depth }, ...below(session.id, depth + 1)])
  return below('', 0)
}
