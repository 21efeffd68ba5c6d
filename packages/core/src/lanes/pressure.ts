/** Says when too many wait in a lane, once when it rises and once when it falls. */
import type { LiveEvent } from '../model/live-event.ts'
import type { LaneName } from '../model/lane.ts'

export type QueueAlert = Extract<LiveEvent, { type: 'queue_alert' }>

const RANK = { cleared: 0, warning: 1, critical: 2 } as const

export class Pressure {
  readonly #lane: LaneName
  readonly #alertDepth: number
  #level: QueueAlert['level'] = 'cleared'

  constructor(lane: LaneName, alertDepth: number) {
    this.#lane = lane
    this.#alertDepth = alertDepth
  }

  /** A level that was reached stays until half of the depth that gave the warning: a line that goes up and down by one is not told of twice. */
  look(depth: number): QueueAlert | undefined {
    const level = this.#levelAt(depth)
    if (level === undefined) return undefined
    this.#level = level
    const words = level === 'cleared' ? `only ${depth} calls wait` : `${depth} calls wait`
    return { type: 'queue_alert', lane: this.#lane, level, alertType: 'depth', depth, message: `Lane '${this.#lane}': ${words}` }
  }

  /** The level that is new, if one is. */
  #levelAt(depth: number): QueueAlert['level'] | undefined {
    if (this.#alertDepth === 0) return undefined
    const reached = depth >= 2 * this.#alertDepth ? 'critical' : depth >= this.#alertDepth ? 'warning' : 'cleared'
    if (RANK[reached] > RANK[this.#level]) return reached
    return this.#level !== 'cleared' && depth <= this.#alertDepth / 2 ? 'cleared' : undefined
  }
}
