/** `importSession`: put an exported session into a store, whole or not at all. */
import { AgentError, isAgentError } from '../base/errors.ts'
import { type Host, systemHost } from '../base/host.ts'
import { branchingStore } from '../journal/branching-store.ts'
import { Journal } from '../journal/journal.ts'
import { inboxKey, journalKey, openRunKey, rewoundKey } from '../journal/keys.ts'
import { encodeNote } from '../journal/rewindings.ts'
import { appendSafely } from '../journal/safe-append.ts'
import { openRun } from '../model/session-state.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { storeBlobs } from '../stores/store-blobs.ts'
import { assertNotDeleted } from './claiming.ts'
import { checkSessionId } from './session-checks.ts'
import { readSessionFile, type SessionFile } from './read-session-file.ts'

export interface ImportOptions {
  /** Default: the id that it had. */
  readonly id?: string
  /** Where the agent keeps large outputs. Default: in the store. */
  readonly blobs?: BlobStore
}

export type ImportedSession = {
  readonly id: string
  readonly records: number
  /** A run that is not finished: it is so here too. Resume it in one of the two stores only. */
  readonly openRun?: string
  /** Digests of outputs that the export could not give. */
  readonly missingBlobs: readonly string[]
}

/**
 * Reads all lines and checks each, with the chain of the records, before anything is stored; the last append makes the session be
 * there. Throws `store_corrupt` for damage, `store_newer` for a later format or unknown facts, `invalid_argument` when the id is taken.
 */
export async function importSession(
  store: SessionStore,
  lines: AsyncIterable<string> | Iterable<string>,
  options: ImportOptions = {},
): Promise<ImportedSession> {
  const host = systemHost()
  const file = await readSessionFile(lines, host)
  const { id = file.id, blobs = storeBlobs(store) } = options
  checkSessionId(id)
  const run = await runLeftOpen(file, host)
  await assertFree(store, id)
  for (const { digest, text } of file.blobs) await blobs.put(digest, text)
  const beside: readonly Log[] = [
    { key: rewoundKey(id), records: file.notes.map(encodeNote) },
    { key: inboxKey(id), records: file.inbox },
    ...(run === undefined ? [] : [{ key: openRunKey(id, run), records: ['open'] }]),
  ]
  const written: string[] = []
  try {
    for (const log of beside) if (await putLog(store, id, log)) written.push(log.key)
    await appendSafely({ store, host, key: journalKey(id), records: file.records, expected: 0, sync: true })
  } catch (error) {
    await takeBack(store, id, written).catch(() => {}) // what stays without its journal means nothing, and the same import takes it up
    throw isAgentError(error, 'store_conflict') ? taken(id) : error
  }
  return { id, records: file.records.length, ...(run === undefined ? {} : { openRun: run }), missingBlobs: file.missingBlobs }
}

type Log = { readonly key: string; readonly records: readonly string[] }

/** Folds it as it would be folded in a store: what cannot be is refused, and an open run needs its mark. */
async function runLeftOpen({ id, records, notes }: SessionFile, host: Host): Promise<string | undefined> {
  const store = memoryStore()
  await store.append(rewoundKey(id), notes.map(encodeNote), { expected: 0 })
  await store.append(journalKey(id), records, { expected: 0 })
  const { state } = await Journal.open({ store: branchingStore(store), sessionId: id, host })
  return openRun(state)?.id
}

async function assertFree(store: SessionStore, id: string): Promise<void> {
  for await (const _ of store.read(journalKey(id))) throw taken(id)
  await assertNotDeleted(store, id)
}

const taken = (id: string): AgentError =>
  new AgentError('invalid_argument', `There is a session '${id}' already: import under another id. Nothing was imported`)

/** What an import that was cut off has left may stand there, if it is the same. False when it did. */
async function putLog(store: SessionStore, id: string, { key, records }: Log): Promise<boolean> {
  if (records.length === 0) return false
  try {
    await store.append(key, records, { expected: 0, sync: true })
    return true
  } catch (error) {
    if (!isAgentError(error, 'store_conflict')) throw error
  }
  const found: string[] = []
  for await (const { record } of store.read(key)) found.push(record)
  if (JSON.stringify(found) === JSON.stringify(records)) return false
  throw new AgentError(
    'invalid_argument',
    `There is something of a session '${id}' that is not there, such as of an import that was cut off: deleteSession(store, '${id}') removes it. Nothing was imported`,
  )
}

async function takeBack(store: SessionStore, id: string, keys: readonly string[]): Promise<void> {
  for await (const _ of store.read(journalKey(id))) return // another import of the same was first: it is its now
  for (const key of keys) await store.delete(key)
}
