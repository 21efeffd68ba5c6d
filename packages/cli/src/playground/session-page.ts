/** The order in which sessions are listed, and where one page of them ends and the next begins. */
import { RequestFailure } from './failure.ts'
import type { IndexedSession } from './session-index.ts'

/** A session with all of its forks, and theirs; or, where it is searched, a session alone. */
export type Family = {
  /** The first of them, which gives it its place among those of the same moment. */
  readonly id: string
  /** When one of them was written last. */
  readonly at: number
  /** The last written first. */
  readonly members: readonly IndexedSession[]
}

const newestFirst = (a: { readonly at: number; readonly id: string }, b: { readonly at: number; readonly id: string }): number =>
  b.at - a.at || (a.id < b.id ? -1 : Number(a.id > b.id))

/** The last used first. Steps and tasks are left out: there may be thousands. */
export function families(all: ReadonlyMap<string, IndexedSession>): readonly Family[] {
  const listed = [...all.values()].filter(({ child }) => !child)
  const roots = Map.groupBy(listed, (session) => rootOf(session, all))
  return [...roots]
    .map(([id, members]) => ({
      id,
      at: members.reduce((latest, { at }) => Math.max(latest, at), 0),
      members: members.toSorted(newestFirst),
    }))
    .toSorted(newestFirst)
}

/** Each session alone, steps and tasks as well. */
export const alone = (all: ReadonlyMap<string, IndexedSession>): readonly Family[] =>
  [...all.values()].map((session) => ({ id: session.id, at: session.at, members: [session] })).toSorted(newestFirst)

/** The first that is not in the list stands for those that came from it. */
function rootOf(session: IndexedSession, all: ReadonlyMap<string, IndexedSession>): string {
  const seen = new Set<string>()
  let root = session
  for (let above = parentOf(root, all); above !== undefined && !seen.has(above.id); above = parentOf(root, all)) {
    seen.add(root.id)
    root = above
  }
  return root.id
}

function parentOf({ parent }: IndexedSession, all: ReadonlyMap<string, IndexedSession>): IndexedSession | undefined {
  const above = parent === undefined ? undefined : all.get(parent.id)
  return above?.child === true ? undefined : above
}

/** A place in the list: it stays where it is when others move to the top. */
export const placeOf = ({ at, id }: Family): string => `${at}.${id}`

/** What follows a place. Throws `bad_request` for what is none. */
export function behind(all: readonly Family[], place: string | undefined): readonly Family[] {
  if (place === undefined) return all
  const [, at, id = ''] = /^(\d{1,16})\.(.+)$/s.exec(place) ?? []
  if (at === undefined) throw new RequestFailure(400, 'bad_request', `'${place}' is no place in the list: give the 'next' of an answer.`)
  const given = { at: Number(at), id }
  return all.filter((family) => newestFirst(given, family) < 0)
}
