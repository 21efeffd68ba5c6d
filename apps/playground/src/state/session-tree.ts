/** The sessions of a list as a tree of forks, each with its depth, chosen by words and by status. */
import type { SessionSummary } from '../api/types.ts'

export type Branch = { readonly session: SessionSummary; readonly depth: number }

const isFound = ({ id, title, status }: SessionSummary, words: string): boolean =>
  words === '' || `${title} ${id} ${status}`.toLowerCase().includes(words)

/**
 * Forks stand under their origin, in the order of the list. One whose origin is not in the list stands by itself. Steps and tasks are
 * found from where they were given, by words, and where one is `selected`: there may be thousands.
 */
export function sessionBranches(all: readonly SessionSummary[], search: string, selected?: string): readonly Branch[] {
  const words = search.trim().toLowerCase()
  // What is searched for is shown without what it came from.
  if (words !== '') return all.filter((session) => isFound(session, words)).map((session) => ({ session, depth: 0 }))
  const sessions = all.filter(({ child, id }) => child !== true || id === selected)
  const known = new Set(sessions.map(({ id }) => id))
  const children = Map.groupBy(sessions, ({ parent }) => (parent !== undefined && known.has(parent.id) ? parent.id : ''))
  const below = (id: string, depth: number): readonly Branch[] =>
    (children.get(id) ?? []).flatMap((session) => [{ session, depth }, ...below(session.id, depth + 1)])
  return below('', 0)
}
