/** Whether a line uses what it makes itself, where there may be links by then that nobody can follow yet. */
import { posix } from 'node:path'
import type { Touched } from './findings.ts'

/** Where something that is touched lies, where that is when links outside of the workspace are followed, and where links in it lead. */
export type Candidates = { readonly at: readonly string[]; readonly real: readonly string[]; readonly led: readonly string[] }

/** `places` are those of each that is touched. */
export function goesThroughNewLinks(touched: readonly Touched[], places: readonly Candidates[]): boolean {
  return touched.some((made, index) => {
    if (
      made.makes === undefined ||
      (made.makes === 'copies' && !touched.some((each, at) => each.by === made.by && isLed(each, places[at])))
    )
      return false
    const below = places[index]?.at ?? []
    return touched.some(
      ({ by, names }, at) => by !== made.by && names !== true && places[at]?.at.some((place) => below.some((outer) => holds(outer, place))),
    )
  })
}

/** Whether a file to read is, or holds, a link that leads away from it. */
const isLed = ({ kind, path = '/', from }: Touched, { at, led }: Candidates = { at: [], real: [], led: [] }): boolean =>
  kind === 'read' &&
  [...at, ...led].some((place) => !(from ?? []).some((folder) => holds(posix.join(folder, path).replace(/(?<=.)\/$/, ''), place)))

const holds = (outer: string, place: string): boolean =>
  outer === place || outer === '/' || place.startsWith(`${outer}/`) || (outer === '.' && !place.startsWith('/'))
