/** A waiting line in which groups take turns by their weight, and each group's own keep their order. */

type Group<T> = { readonly items: T[]; /** Where its next turn stands: every turn taken moves it on. */ turn: number }

export class FairTurns<T> {
  readonly #groups = new Map<string, Group<T>>()
  /** The turn that was given last: who comes anew gets no credit for the time before. */
  #now = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  add(name: string, item: T): void {
    const group = this.#groups.get(name) ?? { items: [], turn: 0 }
    group.turn = Math.max(group.turn, this.#now)
    this.#groups.delete(name) // of groups whose turn is the same, who came first is first
    this.#groups.set(name, group)
    group.items.push(item)
    this.#size++
  }

  /** Who is next. */
  peek(): T | undefined {
    return this.#next()?.[1].items[0]
  }

  /** The next one, and out of the line. `weight` says how many turns its group has while another has one. */
  take(weight: (name: string) => number): T | undefined {
    const next = this.#next()
    if (next === undefined) return undefined
    const [name, group] = next
    this.#now = group.turn
    group.turn += 1 / weight(name)
    this.#groups.delete(name)
    this.#groups.set(name, group)
    this.#size--
    return group.items.shift()
  }

  /** One who no longer waits. */
  remove(name: string, item: T): boolean {
    const items = this.#groups.get(name)?.items ?? []
    const index = items.indexOf(item)
    if (index < 0) return false
    items.splice(index, 1)
    this.#size--
    return true
  }

  /** A group that has nobody in line is forgotten once its turn is past: until then it may not jump the queue by leaving it. */
  #next(): [string, Group<T>] | undefined {
    let next: [string, Group<T>] | undefined
    for (const [name, group] of this.#groups) {
      if (group.items.length > 0) next = next !== undefined && next[1].turn <= group.turn ? next : [name, group]
      else if (group.turn <= this.#now) this.#groups.delete(name)
    }
    return next
  }
}
