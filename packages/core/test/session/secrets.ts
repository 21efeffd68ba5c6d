/** Finds and redacts a secret in a store, for tests. */
import { type Envelope, openSession, redactFacts } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { dump, factsOf } from './sessions.ts'

export const SECRET: string = 'sk-1234567890'

export const inStore = async (store: SessionStore): Promise<number> => JSON.stringify(await dump(store)).split(SECRET).length - 1

export const factWith = async (store: SessionStore, id = 's'): Promise<Envelope | undefined> =>
  (await factsOf(await openSession(store, id))).find(({ event }) => JSON.stringify(event).includes(SECRET))

/** Redacts every fact that holds the secret, one after the other, and gives their types. */
export async function redactAll(store: SessionStore): Promise<string[]> {
  const types: string[] = []
  for (const { cursor, event } of await factsOf(await openSession(store, 's'))) {
    if (!JSON.stringify(event).includes(SECRET)) continue
    types.push(...(await redactFacts(store, 's', { at: [cursor] })).map(({ type }) => type))
  }
  return types
}
