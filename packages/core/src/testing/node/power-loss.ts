/** What loss of power would have left of a store: of each log what was promised to survive it, and nothing behind that. */
import type { SessionStore } from '../../ports/session-store.ts'
import type { Promised } from './watched-store.ts'

/** Deletions are taken to have reached the disk, since that is the worse case: a marker may go before what it stood for. */
export async function losePower(store: SessionStore, promises: ReadonlyMap<string, Promised>): Promise<void> {
  const keys: string[] = []
  for await (const key of store.keys()) keys.push(key)
  for (const key of keys) {
    const { synced } = promises.get(key) ?? { synced: 0 }
    const kept: string[] = []
    let length = 0
    for await (const { record } of store.read(key)) if (length++ < synced) kept.push(record)
    if (kept.length === length) continue
    await store.delete(key)
    if (kept.length > 0) await store.append(key, kept, { expected: 0, sync: true })
  }
}
