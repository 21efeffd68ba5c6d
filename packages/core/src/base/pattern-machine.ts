/** Patterns over whole texts that take time in proportion to the text, whatever they are: all ways to match are followed at once. */

/** Whether a unit of UTF-16 is accepted. */
export type Accepts = (unit: number) => boolean

/** A pattern, written down from left to right. */
export interface PatternMachine {
  one(accepts: Accepts): void
  /** Any number of them, none too. */
  many(accepts: Accepts): void
  /** Between `open` and `close`, `or` begins another way to match. */
  open(): void
  or(): void
  close(): void
  /** The pattern so far; `visited` is called for each step that is taken. */
  test(text: string, visited?: () => void): boolean
}

export function patternMachine(): PatternMachine {
  /** What each place reads to get further, and which places are reached without reading. */
  const reads: { readonly accepts: Accepts; readonly to: number }[][] = [[]]
  const free: number[][] = [[]]
  const opened: { readonly start: number; readonly ends: number[] }[] = []
  let last = 0
  const add = (): number => {
    reads.push([])
    return free.push([]) - 1
  }
  const enter = (from: number): number => {
    const place = add()
    free[from]?.push(place)
    return place
  }
  const read = (from: number, accepts: Accepts, to: number): void => void reads[from]?.push({ accepts, to })
  return {
    one(accepts) {
      const place = add()
      read(last, accepts, place)
      last = place
    },
    many(accepts) {
      last = enter(last)
      read(last, accepts, last)
    },
    open: () => void opened.push({ start: last, ends: [] }),
    or() {
      const group = opened.at(-1)
      if (group === undefined) return
      group.ends.push(last)
      last = group.start
    },
    close() {
      const group = opened.pop()
      if (group === undefined) return
      const ends = [...group.ends, last]
      last = add()
      for (const end of ends) free[end]?.push(last)
    },
    test: (text, visited) => run(text, { reads, free, last, visited }),
  }
}

type Machine = {
  readonly reads: readonly (readonly { readonly accepts: Accepts; readonly to: number }[])[]
  readonly free: readonly (readonly number[])[]
  readonly last: number
  readonly visited: (() => void) | undefined
}

function run(text: string, { reads, free, last, visited }: Machine): boolean {
  const seen = new Int32Array(free.length)
  let round = 1
  const reach = (places: number[], place: number): void => {
    if (seen[place] === round) return
    seen[place] = round
    places.push(place)
    visited?.()
  }
  /** With all that is reached from there without reading; the list grows while it is gone through. */
  const spread = (places: number[]): number[] => {
    for (const place of places) for (const next of free[place] ?? []) reach(places, next)
    return places
  }
  let here: number[] = []
  reach(here, 0)
  spread(here)
  for (let at = 0; at < text.length && here.length > 0; at++) {
    const unit = text.charCodeAt(at)
    const next: number[] = []
    round++
    for (const place of here) for (const { accepts, to } of reads[place] ?? []) if (accepts(unit)) reach(next, to)
    here = spread(next)
  }
  return here.includes(last)
}
