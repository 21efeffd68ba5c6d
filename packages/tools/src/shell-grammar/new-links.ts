/** Whether a line uses what it makes itself, where there may be links by then that nobody can follow yet. */
import { posix } from 'node:path'
import type { Touched } from './findings.ts'

/** `places` are those of each that is touched. */
export function goesThroughNewLinks(touched: readonly Touched[], places: readonly (readonly string[])[]): boolean {
  return touched.some((made, index) => {
    if (
      made.makes === undefined ||
      (made.makes === 'copies' && !touched.some((each, at) => each.by === made.by && isLed(each, places[at] ?? [])))
    )
      return false
    const below = places[index] ?? []
    return touched.some(
      ({ by, names }, at) => by !== made.by && names !== true && places[at]?.some((place) => below.some((outer) => holds(outer, place))),
    )
  })
}

/** Whether a file to read is, or holds, a link that leads away from it. */
const isLed = ({ kind, path = '/', from }: Touched, places: readonly string[]): boolean =>
  kind === 'read' && places.some((place) => !(from ?? []).some((folder) => holds(posix.join(folder, path).replace(/(?<=.)\/$/, ''), place)))

const holds = (outer: string, place: string): boolean =>
  outer === place || outer === '/' || place.startsWith(`${outer}/`) || (outer === '.' && !place.startsWith('/'))
