/** Those that wait for room in a ledger: the first one first, woken by whatever may have made some. */
import type { Clock } from '../base/host.ts'
import { childSignal } from '../base/signals.ts'
import { watching } from '../journal/watching.ts'
import type { WatchStore } from '../ports/watch-store.ts'

/** Milliseconds between looks at what other processes have settled, where nothing wakes: the first, and the longest. */
const FIRST_LOOK_MS = 50
const LONGEST_LOOK_MS = 1000

export type LineOptions = { readonly clock: Clock; readonly watch: WatchStore | undefined; readonly prefix: string }

export type Turn = {
  readonly signal: AbortSignal
  /** Behind those who wait already. What is under way, or was granted, must not wait for those who wait for it. */
  readonly queues: boolean
  /** Done before it queues without having tried: what others may wait for. */
  queued?(): Promise<unknown>
}

export class LedgerLine {
  readonly #options: LineOptions
  /** Nobody who comes later passes by. */
  readonly #line: symbol[] = []
  #wake = new Set<() => void>()

  constructor(options: LineOptions) {
    this.#options = options
  }

  /** Nobody stands before whoever comes now. */
  isFree({ queues }: Turn): boolean {
    return !queues || this.#line.length === 0
  }

  /** Tries whenever something may have changed, until there is an outcome. */
  async wait<T>({ signal, queues }: Turn, attempt: () => Promise<T | undefined>): Promise<T> {
    const line = queues ? this.#line : []
    const place = Symbol('place')
    line.push(place)
    const { watch, prefix } = this.#options
    const watched = watching(watch, prefix, async () => this.changed())
    try {
      for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, LONGEST_LOOK_MS)) {
        // Nothing tells of who died: that is looked for from time to time in any case.
        await this.#change(Math.min(watched.pauseMs(pause), LONGEST_LOOK_MS), signal)
        if (line[0] !== place) continue
        const outcome = await attempt()
        if (outcome !== undefined) return outcome
      }
    } finally {
      watched.stop()
      line.splice(line.indexOf(place), 1)
      this.changed()
    }
  }

  changed(): void {
    const waking = this.#wake
    this.#wake = new Set()
    for (const wake of waking) wake()
  }

  async #change(ms: number, signal: AbortSignal): Promise<void> {
    const pause = childSignal(signal)
    const wake = (): void => pause.abort(wake)
    this.#wake.add(wake)
    try {
      await this.#options.clock.sleep(ms, { signal: pause.signal })
    } catch (error) {
      if (error !== wake) throw error
    } finally {
      this.#wake.delete(wake)
      pause.release()
    }
  }
}
