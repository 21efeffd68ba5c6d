/** Keeps logs in memory: the reference for what a session store means. Nothing survives the process. */
import { AgentError } from '../base/errors.ts'
import type { AppendOptions, SessionStore, StoredRecord } from '../ports/session-store.ts'

const NOT_STRINGS = 'A record of the batch is not a string: serialise it first'

/** A store for tests and for runs that need not survive. `sync` promises nothing here. */
export function memoryStore(): SessionStore {
  const logs = new Map<string, string[]>()
  let closed = false
  const assertUsable = (signal?: AbortSignal): void => {
    if (closed) throw new AgentError('store_unavailable', 'This memory store was closed: make a new one', { retryable: false })
    signal?.throwIfAborted()
  }
  return {
    contract: 1,
    async append(key: string, records: readonly string[], { expected, signal }: AppendOptions): Promise<void> {
      assertUsable(signal)
      if (records.some((record) => typeof record !== 'string')) throw new AgentError('invalid_argument', NOT_STRINGS)
      const log = logs.get(key)
      const length = log?.length ?? 0
      if (length !== expected) throw conflict(key, length, expected)
      if (log !== undefined) for (const record of records) log.push(record)
      else if (records.length > 0) logs.set(key, [...records])
    },
    async *read(key, { from = 0, signal } = {}): AsyncGenerator<StoredRecord> {
      assertUsable(signal)
      const log = logs.get(key) ?? []
      const end = log.length
      for (let offset = from; offset < end; offset++) {
        assertUsable(signal)
        const record = log[offset]
        if (record !== undefined) yield { offset, record }
      }
    },
    async *keys({ prefix = '', signal } = {}): AsyncGenerator<string> {
      assertUsable(signal)
      for (const key of [...logs.keys()].filter((each) => each.startsWith(prefix))) {
        assertUsable(signal)
        if (logs.has(key)) yield key
      }
    },
    async delete(key: string): Promise<void> {
      assertUsable()
      logs.delete(key)
    },
    async replace(key, changes): Promise<void> {
      assertUsable()
      replaceIn(logs.get(key) ?? [], key, changes)
    },
    async close(): Promise<void> {
      closed = true
      logs.clear()
    },
  }
}

function replaceIn(log: string[], key: string, changes: Parameters<NonNullable<SessionStore['replace']>>[1]): void {
  const other = changes.find(({ offset, expected }) => log[offset] !== expected)
  if (other) throw new AgentError('store_conflict', `Log ${JSON.stringify(key)} holds another record at ${other.offset}`)
  for (const { offset, record } of changes) log[offset] = record
}

function conflict(key: string, length: number, expected: number): AgentError {
  const message = `Log ${JSON.stringify(key)} holds ${length} records, not ${expected}: read it again and append at its end`
  return new AgentError('store_conflict', message, { details: { key, length, expected } })
}
