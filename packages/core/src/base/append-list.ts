/** A list that only grows: older versions stay valid, and appending costs the same at any length. */

export class AppendList<T> {
  readonly #items: T[]
  readonly length: number

  private constructor(items: T[], length: number) {
    this.#items = items
    this.length = length
  }

  static of<T>(items: readonly T[] = []): AppendList<T> {
    return new AppendList([...items], items.length)
  }

  /** A list with one more item. Shares its storage with this one unless somebody else appended here first. */
  append(item: T): AppendList<T> {
    const items = this.#items.length === this.length ? this.#items : this.#items.slice(0, this.length)
    items.push(item)
    return new AppendList(items, items.length)
  }

  at(index: number): T | undefined {
    return index < 0 ? this.#items[this.length + index] : index < this.length ? this.#items[index] : undefined
  }

  /** A list with items `from` to `to` (exclusive) replaced. */
  splice(from: number, to: number, replacement: readonly T[]): AppendList<T> {
    return AppendList.of([...this.#items.slice(0, from), ...replacement, ...this.#items.slice(to, this.length)])
  }

  /** A copy as an array. */
  toArray(): readonly T[] {
    return this.#items.slice(0, this.length)
  }
}
