/** A call and its place: it gives the place up while calls that it made want theirs. */
import type { NoPlace, Place } from './places.ts'

export class Holder {
  /** Who takes turns with others: the session that all of this is done for. */
  readonly group: string
  /** It has made calls: another attempt of it would make others. */
  lent = false
  readonly #regain: () => Place | NoPlace | Promise<Place | NoPlace>
  #place: Place | undefined
  #atWork = false
  #children = 0

  /** `regain` waits for a place again. */
  constructor(group: string, regain: () => Place | NoPlace | Promise<Place | NoPlace>) {
    this.group = group
    this.#regain = regain
  }

  /** Do something with a place, which is free again when it is done. */
  async work<T>(place: Place, task: () => Promise<T>): Promise<T> {
    this.#place = place
    this.#atWork = true
    try {
      return await task()
    } finally {
      this.#atWork = false
      this.#giveUp()
    }
  }

  /** A call that this one made begins to want a place. */
  lend(): void {
    this.lent = true
    this.#children++
    this.#giveUp()
  }

  /** It no longer does. The last one brings the place back before this call hears of it, unless nobody would `wait`. */
  async bringBack(wait: boolean): Promise<void> {
    this.#children--
    if (!wait || this.#children > 0 || !this.#atWork) return
    const place = await this.#regain()
    if (typeof place === 'string') return
    if (this.#children > 0 || !this.#atWork || this.#place !== undefined) return place() // it went on meanwhile
    this.#place = place
  }

  #giveUp(): void {
    this.#place?.()
    this.#place = undefined
  }
}
