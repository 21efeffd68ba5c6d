/** How long something has been worked on: also where it does not stop although nobody waits for it any more. */
import type { Clock } from './host.ts'

export class WorkTime {
  readonly #clock: Clock
  readonly #underWay = new Set<{ readonly begun: number }>()
  #done = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async during<T>(task: () => Promise<T>): Promise<T> {
    const work = { begun: this.#clock.now() }
    this.#underWay.add(work)
    try {
      return await task()
    } finally {
      this.#underWay.delete(work)
      this.#done += this.#clock.now() - work.begun
    }
  }

  ms(): number {
    let sum = this.#done
    for (const { begun } of this.#underWay) sum += this.#clock.now() - begun
    return sum
  }
}
