/** Finds the name that somebody probably meant. */

/** How many letters must be changed, added, left out or swapped to make one word of the other. */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, row) =>
    Array.from({ length: b.length + 1 }, (__, column) => (row === 0 ? column : column === 0 ? row : 0)),
  )
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0
  for (let row = 1; row <= a.length; row++) {
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let best = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        best = Math.min(best, at(row - 2, column - 2) + 1)
      const line = rows[row]
      if (line) line[column] = best
    }
  }
  return at(a.length, b.length)
}

/** The known name nearest to a given one; undefined when none is near enough to be meant. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const word = given.toLowerCase()
  const ranked = known.map((name) => ({ name, far: distance(word, name.toLowerCase()) })).toSorted((a, b) => a.far - b.far)
  const [best] = ranked
  return best !== undefined && best.far <= Math.max(1, Math.floor(given.length / 3)) ? best.name : undefined
}

/** `Did you mean 'x'?`, or the known names where none is near. */
export function suggestion(given: string, known: readonly string[]): string {
  const near = nearest(given, known)
  return near === undefined ? `Known: ${known.join(', ')}.` : `Did you mean '${near}'?`
}
