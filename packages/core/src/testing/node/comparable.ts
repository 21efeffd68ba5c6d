/** What two journals of the same work must agree in: everything but ids, times and places. */
import type { Message } from '../../model/message.ts'
import { toolCallsOf } from '../../model/message.ts'
import type { RunState, SessionState } from '../../model/session-state.ts'

/** As text, so that a difference can be shown. */
export function comparable(state: SessionState, directory: string): string {
  const history = state.history.toArray()
  const text = JSON.stringify(
    { history, held: state.held, runs: state.ended.toArray().map(comparableRun), open: state.run?.phase !== 'ended' },
    // What a provider wants back is its own: ids and signatures of one reply.
    (name, value: unknown) => (name === 'state' ? undefined : value),
    1,
  )
  return withoutIds(text, history).replaceAll(directory, '<directory>')
}

/** A reply that was asked for twice may have come out of a cache: what it took is compared as a whole. */
function comparableRun({ sendId, status, reason, text, turn, toolCalls, result, error, usage }: RunState): unknown {
  const { input, cacheRead, cacheWrite, output, reasoning } = usage
  return {
    sendId,
    status,
    reason,
    text,
    turn,
    toolCalls,
    result,
    error: error?.code,
    asked: input + cacheRead + cacheWrite,
    output,
    reasoning,
  }
}

function withoutIds(text: string, history: readonly Message[]): string {
  const ids = [...new Set(history.flatMap(toolCallsOf).map(({ id }) => id))]
  return ids.reduce((left, id, index) => left.replaceAll(JSON.stringify(id), `"call ${index + 1}"`), text)
}

/** The first line in which they differ. */
export function firstDifference(expected: string, actual: string): string | undefined {
  if (expected === actual) return undefined
  const [left, right] = [expected.split('\n'), actual.split('\n')]
  const line = left.findIndex((each, index) => each !== right[index])
  const at = line === -1 ? left.length : line
  return `${(left[at] ?? 'nothing').trim()} became ${(right[at] ?? 'nothing').trim()}`
}
