/** Gives places in lanes: to whoever is next where concurrency, rate and the total allow one more. */
import type { Clock } from '../base/host.ts'
import { type LaneName, LANES } from '../model/lane.ts'
import type { LaneStats, QueueStats } from '../ports/lane-queue.ts'
import { FairTurns } from './fair-turns.ts'
import { Pressure, type QueueAlert } from './pressure.ts'
import { RateLimit } from './rate-limit.ts'
import type { Limits } from './rules.ts'

/** Called once, when the call no longer needs it. */
export type Place = () => void

/** Why there is no place. */
export type NoPlace = 'late' | 'closed'

export type PlaceRequest = {
  readonly lane: LaneName
  /** Who takes turns with others. */
  readonly group: string
  readonly signal: AbortSignal
  /** It had a place before, and goes on: ahead of all, whatever the rate, and for as long as it takes. */
  readonly again?: boolean
  readonly tell: (alert: QueueAlert) => void
}

type Waiter = { readonly since: number; readonly tell: PlaceRequest['tell']; settle(outcome: Place | NoPlace): void }

type Lane = {
  readonly name: LaneName
  readonly limits: Limits
  readonly rate: RateLimit | undefined
  readonly pressure: Pressure
  readonly line: FairTurns<Waiter>
  /** Those that had a place before. */
  readonly again: Set<Waiter>
  active: number
  started: number
  waitedMs: number
  paused: boolean
  toldPaused: boolean
  /** Stops the timer that waits for the rate. */
  stopTimer: (() => void) | undefined
}

export type PlacesOptions = {
  readonly limits: Readonly<Record<LaneName, Limits>>
  readonly total: number
  readonly boostMs: number
  readonly clock: Clock
  readonly weight: (group: string) => number
}

export class Places {
  readonly #options: PlacesOptions
  readonly #lanes: Readonly<Record<LaneName, Lane>>
  #active = 0
  #closed = false

  constructor(options: PlacesOptions) {
    this.#options = options
    this.#lanes = Object.fromEntries(LANES.map((name) => [name, laneOfLimits(name, options.limits[name])])) as Readonly<
      Record<LaneName, Lane>
    >
  }

  /** A place at once where there is one, so that a lane that nobody waits in costs no turn of the event loop. */
  enter(request: PlaceRequest): Place | NoPlace | Promise<Place | NoPlace> {
    const lane = this.#lanes[request.lane]
    const again = request.again === true
    if (this.#closed && !again) return 'closed'
    const first = again ? this.#hasRoom(lane) : lane.line.size + lane.again.size === 0 && this.#mayBegin(lane)
    if (first) return this.#give(lane, 0, again)
    return this.#wait(lane, request)
  }

  stats(): QueueStats {
    return Object.fromEntries(LANES.map((name) => [name, statsOf(this.#lanes[name])])) as QueueStats
  }

  pause(names: readonly LaneName[]): void {
    for (const name of names) Object.assign(this.#lanes[name], { paused: true, toldPaused: false })
  }

  resume(names: readonly LaneName[]): void {
    for (const name of names) this.#lanes[name].paused = false
    this.#fill()
  }

  close(): void {
    this.#closed = true
    for (const lane of this.#all()) {
      for (let waiter = lane.line.take(() => 1); waiter !== undefined; waiter = lane.line.take(() => 1)) waiter.settle('closed')
      this.#stopTimer(lane)
    }
  }

  #all(): readonly Lane[] {
    return LANES.map((name) => this.#lanes[name])
  }

  #wait(lane: Lane, { group, signal, again, tell }: PlaceRequest): Promise<Place | NoPlace> {
    const { clock } = this.#options
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error)
      const finish = (): void => {
        stopTimer?.()
        signal.removeEventListener('abort', stop)
      }
      const waiter: Waiter = {
        since: clock.now(),
        tell,
        settle(outcome) {
          finish()
          resolve(outcome)
        },
      }
      const leave = (): void => {
        lane.again.delete(waiter)
        if (lane.line.remove(group, waiter)) this.#look(lane, tell)
        if (lane.line.size === 0) this.#stopTimer(lane)
        finish()
      }
      const stop = (): void => {
        leave()
        reject(signal.reason as Error)
      }
      const { waitMs } = lane.limits
      const stopTimer = again || waitMs === 0 ? undefined : clock.timer(waitMs, () => (leave(), resolve('late')))
      signal.addEventListener('abort', stop, { once: true })
      if (again) return void lane.again.add(waiter)
      lane.line.add(group, waiter)
      this.#look(lane, tell)
      this.#mayBegin(lane) // sets the timer for the rate where that is what it waits for
    })
  }

  /** Tell who gave rise to it how many wait now, where that is news. */
  #look(lane: Lane, tell: Waiter['tell']): void {
    const depth = lane.line.size
    const alert = lane.pressure.look(depth)
    if (alert !== undefined) tell(alert)
    if (!lane.paused || lane.toldPaused) return
    lane.toldPaused = true
    tell({
      type: 'queue_alert',
      lane: lane.name,
      level: 'warning',
      alertType: 'paused',
      depth,
      message: `Lane '${lane.name}' is paused: calls wait until it is resumed`,
    })
  }

  #hasRoom(lane: Lane): boolean {
    return lane.active < lane.limits.concurrency && this.#active < this.#options.total
  }

  /** Whether a call that comes anew may begin; where only the rate forbids it, it is looked at again when it does no more. */
  #mayBegin(lane: Lane): boolean {
    if (lane.paused || this.#closed || !this.#hasRoom(lane)) return false
    const waitMs = lane.rate?.waitMs(this.#options.clock.now()) ?? 0
    if (waitMs === 0) return true
    if (lane.line.size > 0) lane.stopTimer ??= this.#lookAgain(lane, waitMs)
    return false
  }

  /** A sleep, which keeps the process alive: nothing else may be under way. */
  #lookAgain(lane: Lane, waitMs: number): () => void {
    const stop = new AbortController()
    const woken = (): void => {
      lane.stopTimer = undefined
      this.#fill()
    }
    this.#options.clock.sleep(waitMs, { signal: stop.signal }).then(woken, () => {}) // stopped when nobody waits
    return () => stop.abort()
  }

  #stopTimer(lane: Lane): void {
    lane.stopTimer?.()
    lane.stopTimer = undefined
  }

  #give(lane: Lane, waitedMs: number, again: boolean): Place {
    lane.active++
    this.#active++
    if (!again) {
      lane.started++
      lane.waitedMs += waitedMs
      lane.rate?.begin(this.#options.clock.now())
    }
    let left = false
    return () => {
      if (left) return
      left = true
      lane.active--
      this.#active--
      this.#fill()
    }
  }

  /** Give what is free to those who are next. */
  #fill(): void {
    for (const lane of this.#all())
      for (const waiter of lane.again) {
        if (!this.#hasRoom(lane)) break
        lane.again.delete(waiter)
        waiter.settle(this.#give(lane, 0, true))
      }
    for (let lane = this.#next(); lane !== undefined; lane = this.#next()) {
      const waiter = lane.line.take(this.#options.weight)
      if (waiter === undefined) return
      const place = this.#give(lane, this.#options.clock.now() - waiter.since, false)
      waiter.settle(place)
      this.#look(lane, waiter.tell)
      if (lane.line.size === 0) this.#stopTimer(lane)
    }
  }

  /** The lane whose next call is the most urgent: by priority, which rises with the time that the call has waited. */
  #next(): Lane | undefined {
    let best: { readonly lane: Lane; readonly rank: number } | undefined
    for (const lane of this.#all()) {
      const waiter = lane.line.peek()
      if (waiter === undefined || !this.#mayBegin(lane)) continue
      const rank = lane.limits.priority - (this.#options.clock.now() - waiter.since) / this.#options.boostMs
      if (best === undefined || rank < best.rank) best = { lane, rank }
    }
    return best?.lane
  }
}

const laneOfLimits = (name: LaneName, limits: Limits): Lane => ({
  name,
  limits,
  rate: limits.rate && new RateLimit(limits.rate),
  pressure: new Pressure(name, limits.alertDepth),
  line: new FairTurns(),
  again: new Set(),
  active: 0,
  started: 0,
  waitedMs: 0,
  paused: false,
  toldPaused: false,
  stopTimer: undefined,
})

const statsOf = ({ line, active, started, waitedMs, paused }: Lane): LaneStats => ({ depth: line.size, active, started, waitedMs, paused })
