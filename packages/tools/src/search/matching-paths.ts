/** Keeps the paths that a test accepts, and gives up on a test that will not end. */
import { inSlices } from '../base/in-slices.ts'
import { fault } from '../workspace/fault.ts'

/** Throws a fault `timeout` when one path takes more than a second: a glob of many stars can try more ways than there is time for. */
export async function matchingPaths(
  paths: readonly string[],
  accepts: (path: string) => boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const kept: string[] = []
  let at = 0
  const step = (): boolean => {
    const path = paths[at]
    if (path === undefined) return false
    if (accepts(path)) kept.push(path)
    at++
    return true
  }
  const ended = await inSlices(step, { signal, deadline: Infinity })
  if (ended === 'done') return kept
  throw fault('timeout', `The glob took more than a second on ${paths[at]}: it backtracks too much. Use one with fewer stars in a name`)
}
