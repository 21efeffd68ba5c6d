/** `sweepBlobs`: removes large outputs that no record of a store names any more. */
import { AgentError } from '../base/errors.ts'
import { BLOB_PREFIX } from '../stores/store-blobs.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { SessionStore } from '../ports/session-store.ts'

const DAY_MS = 86_400_000

export interface SweepBlobsOptions {
  /** Milliseconds since a text was last put: a run that is under way puts it before a fact names it. Default: one day. */
  readonly minimumAgeMs?: number
}

/**
 * After deletions and redactions: a text is kept as long as any record in the store holds its digest, whatever the record says. Reads
 * the whole store. Give it every store whose runs put into these blobs, or what another one names is lost. Resolves with how many were
 * removed. Throws `unsupported` for blobs that cannot be swept.
 */
export async function sweepBlobs(
  stores: SessionStore | readonly SessionStore[],
  blobs: BlobStore,
  { minimumAgeMs = DAY_MS }: SweepBlobsOptions = {},
): Promise<number> {
  if (blobs.sweep === undefined)
    throw new AgentError('unsupported', 'These blobs cannot be swept: they have no `sweep`. Those of SQLite and of JSONL files have one')
  if (!(minimumAgeMs >= 0)) throw new AgentError('invalid_argument', `minimumAgeMs is ${minimumAgeMs}: give milliseconds`)
  const named = new Set<string>()
  for (const store of 'contract' in stores ? [stores] : stores)
    for await (const key of store.keys()) {
      if (key.startsWith(BLOB_PREFIX)) continue
      for await (const { record } of store.read(key)) for (const [digest] of record.matchAll(/[0-9a-f]{64}/g)) named.add(digest)
    }
  return blobs.sweep({ isNeeded: (digest) => named.has(digest) || !/^[0-9a-f]{64}$/.test(digest), minimumAgeMs })
}
