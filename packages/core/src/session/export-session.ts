/** `exportSession`: a whole session as lines of JSON, to be kept or taken elsewhere. */
import { systemHost } from '../base/host.ts'
import { branchingStore, parseLineage } from '../journal/branching-store.ts'
import { inboxKey, journalKey } from '../journal/keys.ts'
import { decodeRecord } from '../journal/record.ts'
import { type Rewinding, rewindings } from '../journal/rewindings.ts'
import { continued, encodeLine, type SessionFileLine } from '../journal/session-file.ts'
import type { Fact } from '../model/event.ts'
import { isJsonObject } from '../model/json.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { storeBlobs } from '../stores/store-blobs.ts'
import { assertSession } from './view.ts'

export interface ExportOptions {
  /** Where the agent keeps large outputs. Default: in the store. */
  readonly blobs?: BlobStore
}

/**
 * Yields one line after the other, without line ends: a head with the format's version, every record of the journal (also those that
 * a rewinding left behind), where it was rewound, its inbox, the large outputs that it names, and an end that counts them. What a fork
 * shares is exported as its own. The session may run meanwhile: what is exported is a moment of it.
 *
 * Throws `session_not_found`, `store_corrupt`, and `store_newer` for a journal with facts that this version does not know.
 */
export async function* exportSession(
  store: SessionStore,
  id: string,
  { blobs = storeBlobs(store) }: ExportOptions = {},
): AsyncGenerator<string, void, undefined> {
  await assertSession(store, id)
  const host = systemHost()
  const where = { host, key: journalKey(id) }
  let digest = ''
  const line = (content: SessionFileLine): string => {
    const text = encodeLine(content)
    digest = continued(digest, text, host)
    return text
  }
  yield line({ type: 'session', id })
  const artifacts = new Set<string>()
  let records = 0
  for await (const { offset, record } of branchingStore(store).readAll(where.key)) {
    const artifact = artifactOf(decodeRecord(record, offset, where).fact)
    if (artifact !== undefined) artifacts.add(artifact)
    records = offset + 1
    yield line({ type: 'record', record })
  }
  // Read after the journal: what the journal tells of them is there by now.
  const notes = await notesBefore(store, id, records)
  for (const note of notes) yield line({ type: 'rewinding', note })
  let inbox = 0
  for await (const { record } of store.read(inboxKey(id))) {
    inbox++
    yield line({ type: 'inbox', entry: record })
  }
  const missingBlobs: string[] = []
  for (const artifact of artifacts) {
    const text = await blobs.get(artifact)
    if (text === undefined) missingBlobs.push(artifact)
    else yield line({ type: 'blob', digest: artifact, text })
  }
  const counts = { records, rewindings: notes.length, inbox, blobs: artifacts.size - missingBlobs.length, missingBlobs, digest }
  yield encodeLine({ type: 'end', end: counts })
}

/** The digest under which the whole of a result is kept, where the journal has only its beginning and its end. */
function artifactOf(fact: Fact | undefined): string | undefined {
  const artifact = fact?.type === 'tool_end' ? fact.metadata?.artifact : undefined
  return isJsonObject(artifact) && typeof artifact.digest === 'string' ? artifact.digest : undefined
}

/** The session's rewindings, and those that its origins had when they were left. */
async function notesBefore(store: SessionStore, id: string, end: number): Promise<readonly Rewinding[]> {
  const found = await rewindings(store, branchingStore(store).readAll)(journalKey(id))
  const own = found.filter(({ at }) => at < end)
  for await (const { record } of store.read(journalKey(id))) {
    const lineage = parseLineage(record)
    return lineage === undefined ? own : [...(await notesBefore(store, lineage.origin, Math.min(end, lineage.base))), ...own]
  }
  return own
}
