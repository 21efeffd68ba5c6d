/** Keeps large texts in a session store, each as the only record of a log of its own. */
import { isAgentError } from '../base/errors.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { SessionStore } from '../ports/session-store.ts'

/** Every key of a blob begins with this. */
export const BLOB_PREFIX = 'blob/'

/** Blobs for any session store. A text survives loss of power before `put` resolves, since the fact that names it comes after it. */
export function storeBlobs(store: SessionStore): BlobStore {
  return {
    contract: 1,
    async put(digest, text) {
      try {
        await store.append(BLOB_PREFIX + digest, [text], { expected: 0, sync: true })
      } catch (error) {
        // A text is its digest's only one, so what is there already is what we were to put.
        if (!isAgentError(error, 'store_conflict')) throw error
      }
    },
    async get(digest) {
      for await (const { record } of store.read(BLOB_PREFIX + digest)) return record
      return undefined
    },
  }
}
