/** What the tests of single concerns share: readings of a run, and time that is moved until something has come of it. */
import type { AgentEvent, AgentEventType, Run } from '../../src/index.ts'
import type { LlmRequest } from '../../src/kit.ts'
import type { ManualClock } from '../../src/testing.ts'

export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** A run's events of one type, in order, once it has ended or is suspended. */
export async function eventsOf<T extends AgentEventType>(run: Run, type: T): Promise<readonly Extract<AgentEvent, { type: T }>[]> {
  const events = (await collect(run)).map(({ event }) => event)
  return events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type)
}

/** What the model read of its tool calls' results in the last message of a request. */
export const resultsIn = (request: LlmRequest | undefined): readonly unknown[] =>
  (request?.messages.at(-1)?.content ?? []).flatMap((block) => (block.type === 'tool_result' ? [block.content] : []))

/** Moves time in steps until the promise is decided; not at all where nothing waits for time. */
export async function pass<T>(promise: Promise<T>, clock: ManualClock, stepMs: number = 250): Promise<T> {
  const seen = { decided: false }
  const decide = (): void => void (seen.decided = true)
  promise.then(decide, decide)
  for (let step = 0; !seen.decided && step < 5000; step++) await clock.advance(step < 10 ? 0 : stepMs)
  if (!seen.decided) throw new Error(`Nothing came of it in ${5000 * stepMs} ms`)
  return promise
}
