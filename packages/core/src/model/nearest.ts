/** Finds the name that somebody probably meant. */
import { AgentError } from '../base/errors.ts'

/** Letters that must be changed, added or left out to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1]
    for (const [column, other] of [...b].entries())
      next.push(Math.min((row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1, (row[column] ?? 0) + (letter === other ? 0 : 1)))
    row = next
  }
  return row.at(-1) ?? 0
}

/** The known name that is nearest to a given one; undefined when none is near enough to be meant. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const far = (name: string): number => distance(given.toLowerCase(), name.toLowerCase())
  const best = known.toSorted((a, b) => far(a) - far(b))[0]
  return best !== undefined && far(best) <= Math.max(1, Math.floor(given.length / 3)) ? best : undefined
}

/** Says of a name that there is none such, and which one was probably meant, or which there are. */
export function unknownName(what: string, name: string, known: readonly string[]): AgentError {
  const near = nearestName(name, known) ?? known.join(`', '`)
  return new AgentError('invalid_argument', `There is no ${what} '${name}'. Did you mean '${near}'?`)
}
