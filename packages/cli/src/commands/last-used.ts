/** Orders sessions by when they were last used, from the end of each journal alone. */
import { storedSessions } from '@seamfold/core'
import type { Journal } from '../setup/store.ts'

export type Used = { readonly id: string; /** Milliseconds since the epoch; 0 where the record cannot be read. */ readonly at: number }

/** The last used first. */
export async function sessionsByUse({ store, ends }: Pick<Journal, 'store' | 'ends'>): Promise<readonly Used[]> {
  const used: Used[] = []
  for await (const id of storedSessions(store)) used.push({ id, at: (await ends.last(`journal/${id}`))?.at ?? 0 })
  return used.toSorted((a, b) => b.at - a.at)
}
