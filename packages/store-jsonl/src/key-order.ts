/** Runs work on the same key in the order in which it was asked for, and on different keys at once. */

export class KeyOrder {
  readonly #last = new Map<string, Promise<unknown>>()

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const mine = before === undefined ? work() : before.then(work, work)
    this.#last.set(key, mine)
    const forget = (): void => {
      if (this.#last.get(key) === mine) this.#last.delete(key)
    }
    mine.then(forget, forget)
    return mine
  }

  /** Resolves when everything that was asked for so far is settled. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#last.values())
  }
}
