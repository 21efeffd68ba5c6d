/** `storedWorkflows`, `workflowRecords` and `workflowOf`: see the workflows of a store, whoever runs them, without a claim. */
import { AgentError, isAgentError } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { WORKFLOW_PREFIX, workflowKey } from '../journal/keys.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { decodeWorkflowRecord, type WorkflowRecord } from './workflow-record.ts'

/** A record with its place: `cursor` names it and all before it. */
export type StoredWorkflowRecord = { readonly cursor: string; readonly record: WorkflowRecord }

/** Root ids of the workflows in a store, in the store's order. */
export async function* storedWorkflows(store: SessionStore): AsyncGenerator<string, void, undefined> {
  for await (const key of store.keys({ prefix: WORKFLOW_PREFIX })) yield key.slice(WORKFLOW_PREFIX.length)
}

/**
 * What is stored of a workflow now, from its start or after a cursor: none where it was never begun, or was discarded. Ask again with
 * the last cursor to follow it. Throws `cursor_invalid` for a cursor that is none, `cursor_diverged` for one of another workflow or of
 * an earlier one of that name, `store_corrupt`, `store_newer`.
 */
export async function* workflowRecords(
  store: SessionStore,
  rootId: string,
  { after }: { readonly after?: string | undefined } = {},
): AsyncGenerator<StoredWorkflowRecord, void, undefined> {
  const [host, key] = [systemHost(), workflowKey(rootId)]
  const place = after === undefined ? undefined : parsePlace(after)
  let previous = place?.chain ?? ''
  let first = place !== undefined
  for await (const { offset, record: text } of store.read(key, { from: place?.offset ?? 0 })) {
    // The record that the cursor names is read again: it tells whether this is still the same log.
    if (first) {
      first = false
      if (text.slice(2, 2 + previous.length) !== previous) throw diverged(after ?? '', rootId)
      continue
    }
    const { record, chain } = decodeWorkflowRecord(text, { key, offset, previous, host })
    previous = chain
    yield { cursor: `${offset}.${chain}`, record }
  }
  if (first) throw diverged(after ?? '', rootId)
}

/**
 * The root of the workflow whose step a session does, or did; undefined where this store has none. The logs are read one after the
 * other; one that cannot be read hides none of the others.
 */
export async function workflowOf(store: SessionStore, sessionId: string): Promise<string | undefined> {
  for await (const rootId of storedWorkflows(store)) {
    try {
      for await (const { record } of workflowRecords(store, rootId))
        if (record.type === 'step_start' && record.sessionId === sessionId) return rootId
    } catch (error) {
      if (!isAgentError(error, 'store_corrupt') && !isAgentError(error, 'store_newer')) throw error
    }
  }
  return undefined
}

function parsePlace(cursor: string): { readonly offset: number; readonly chain: string } {
  const [, offset, chain] = /^(\d{1,15})\.([0-9a-f]{32})$/.exec(cursor) ?? []
  if (offset === undefined || chain === undefined)
    throw new AgentError('cursor_invalid', `'${cursor}' is not a cursor of a workflow: leave it out to read from the start`)
  return { offset: Number(offset), chain }
}

const diverged = (cursor: string, rootId: string): AgentError =>
  new AgentError('cursor_diverged', `The cursor ${cursor} is of another workflow than ${rootId} is now: read it from its start`)
