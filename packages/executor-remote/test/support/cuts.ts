/** Runs steps through a network that is cut after a given number of bytes. */
import { systemHost, type AgentExecutor, type Envelope, type StepOutcome } from '@seamfold/core/kit'
import type { Ends } from './ends.ts'
import type { Direction, Weather } from './proxy.ts'
import { never, specOf } from './steps.ts'

const system = systemHost()
/** Waiting before another attempt takes no time. */
const impatient = { ...system, clock: { ...system.clock, sleep: async (): Promise<void> => {} } }

export type Cut = { readonly direction: Direction; readonly at: number }

/** What a caller saw of a step. */
export type Passage = { readonly events: readonly Envelope[]; readonly outcome: StepOutcome }

export interface Cuts {
  /** One step through connections of which the nth is cut by the nth cut, and later ones are left alone. */
  run(cuts: readonly Cut[], taskId?: string): Promise<Passage>
  /** How many bytes the last connection carried. */
  carried(): Readonly<Record<Direction, number>>
}

export async function throughCuts(ends: Ends, executor: AgentExecutor): Promise<Cuts> {
  let cuts: readonly Cut[] = []
  let first = 0
  const carried = { up: 0, down: 0 }
  const serving = await ends.serve(executor)
  const proxy = await ends.proxy(serving.url, (data, place) => {
    carried[place.direction] = place.passed + data.length
    return cutAt(data, place, cuts[place.connection - first])
  })
  return {
    carried: () => carried,
    async run(next, taskId = 'cut') {
      cuts = next
      first = proxy.connections
      const caller = ends.call(proxy.url, { system: impatient })
      const events: Envelope[] = []
      const onEvent = (envelope: Envelope): void => void events.push(envelope)
      const outcome = await caller.executeStep({ ...specOf(taskId), agent: 'default' }, { signal: never(), onEvent })
      await caller.close()
      return { events, outcome }
    },
  }
}

function cutAt(data: Buffer, { direction, passed }: Parameters<Weather>[1], cut: Cut | undefined): ReturnType<Weather> {
  if (cut === undefined || cut.direction !== direction || passed + data.length < cut.at) return { pieces: [data] }
  return { pieces: [data.subarray(0, Math.max(0, cut.at - passed))], cut: true }
}
