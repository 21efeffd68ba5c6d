/** Keeps the calls that were given up: in memory, or in a store, one log each. */
import { isAgentError } from '../base/errors.ts'
import { type DeadLetter, LETTER_PREFIX } from '../model/lane.ts'
import type { SessionStore } from '../ports/session-store.ts'

export interface DeadLetters {
  /** One that is there already stays as it is. */
  add(letter: DeadLetter): Promise<void>
  /** Oldest first. */
  list(): Promise<readonly DeadLetter[]>
  get(id: string): Promise<DeadLetter | undefined>
  /** Whether it was there. */
  remove(id: string): Promise<boolean>
}

export function letterMemory(most: number): DeadLetters {
  const letters = new Map<string, DeadLetter>()
  return {
    async add(letter) {
      if (!letters.has(letter.id)) letters.set(letter.id, letter)
      for (const id of letters.keys()) if (letters.size > most) letters.delete(id)
    },
    list: async () => [...letters.values()],
    get: async (id) => letters.get(id),
    remove: async (id) => letters.delete(id),
  }
}

export function letterStore(store: SessionStore, most: number): DeadLetters {
  const read = async (key: string): Promise<DeadLetter | undefined> => {
    for await (const { record } of store.read(key)) return JSON.parse(record) as DeadLetter
    return undefined
  }
  const list = async (): Promise<readonly DeadLetter[]> => {
    const letters: DeadLetter[] = []
    for await (const key of store.keys({ prefix: LETTER_PREFIX })) {
      const letter = await read(key)
      if (letter !== undefined) letters.push(letter)
    }
    return letters.toSorted((a, b) => a.timestamp - b.timestamp)
  }
  const remove = async (id: string): Promise<boolean> => {
    const known = (await read(LETTER_PREFIX + id)) !== undefined
    await store.delete(LETTER_PREFIX + id)
    return known
  }
  return {
    async add(letter) {
      try {
        await store.append(LETTER_PREFIX + letter.id, [JSON.stringify(letter)], { expected: 0, sync: true })
      } catch (error) {
        if (!isAgentError(error, 'store_conflict')) throw error
      }
      let count = 0
      for await (const _ of store.keys({ prefix: LETTER_PREFIX })) count++
      if (count > most) for (const { id } of (await list()).slice(0, count - most)) await remove(id)
    },
    list,
    get: (id) => read(LETTER_PREFIX + id),
    remove,
  }
}
