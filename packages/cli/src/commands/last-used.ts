/** Orders sessions by when they were last used, from the last record of each journal alone. */
import { storedSessions } from '@seamfold/core'
import { isJsonObject } from '@seamfold/core/kit'
import type { Journal } from '../setup/store.ts'

export type Used = { readonly id: string; /** Milliseconds since the epoch; 0 where the record cannot be read. */ readonly at: number }

/** The last used first. */
export async function sessionsByUse(journal: Pick<Journal, 'store' | 'lastRecord'>): Promise<readonly Used[]> {
  const used: Used[] = []
  for await (const id of storedSessions(journal.store)) used.push({ id, at: writtenAt(await journal.lastRecord(`journal/${id}`)) })
  return used.toSorted((a, b) => b.at - a.at)
}

/** When a record was written: its first line says so. */
function writtenAt(record: string | undefined): number {
  try {
    const header: unknown = JSON.parse(record?.split('\n', 1)[0] ?? '')
    return isJsonObject(header) && typeof header.at === 'number' ? header.at : 0
  } catch {
    return 0 // whoever opens the session says what is wrong with it
  }
}
