/** What a journal in a SQLite file says, read by somebody who holds nothing. */
import { join } from 'node:path'
import { openSession } from '@seamfold/core'
import { sqliteStore } from '@seamfold/store-sqlite'

/** The cursors of the facts of the only run of a session, in order. */
export async function fromStore(directory: string, sessionId: string): Promise<readonly string[]> {
  const store = sqliteStore(join(directory, 'sessions.db'))
  const cursors: string[] = []
  let begun = false
  const view = await openSession(store, sessionId)
  for await (const { cursor, event } of view.events({ follow: false })) {
    begun ||= event.type === 'agent_start'
    if (begun) cursors.push(cursor)
  }
  await store.close?.()
  return cursors
}
