/** Both ends of a log, told without reading what stands between them. */
import { isJsonObject, type SessionStore } from '@seamfold/core/kit'

export interface LogEnds {
  /** The first record of a log; undefined for one that was never written. */
  first(key: string): Promise<string | undefined>
  /** When a log was written last; undefined for one that was never written. */
  last(key: string): Promise<LogTip | undefined>
}

export type LogTip = {
  /** Milliseconds since the epoch; 0 where the last record cannot be read. */
  readonly at: number
  /** Another one after every append. */
  readonly stamp: string
}

/** Of the last record of a journal: its first line says when it was written, and has a digest. */
export function tipOf(record: string | undefined): LogTip | undefined {
  if (record === undefined) return undefined
  const [stamp = ''] = record.split('\n', 1)
  try {
    const header: unknown = JSON.parse(stamp)
    return { at: isJsonObject(header) && typeof header.at === 'number' ? header.at : 0, stamp }
  } catch {
    return { at: 0, stamp } // whoever opens the session says what is wrong with it
  }
}

/** Of any store: a log is read once, and after that from the end that was seen. */
export function readEnds(store: Pick<SessionStore, 'read'>): LogEnds {
  const seen = new Map<string, { readonly offset: number; readonly tip: LogTip }>()
  const look = async (key: string, from: number): Promise<LogTip | undefined> => {
    let last: { readonly offset: number; readonly record: string } | undefined
    for await (const each of store.read(key, { from })) last = each
    const tip = tipOf(last?.record)
    if (last === undefined || tip === undefined) seen.delete(key)
    else seen.set(key, { offset: last.offset, tip })
    return tip
  }
  return {
    async first(key) {
      for await (const { record } of store.read(key)) return record
      return undefined
    },
    async last(key) {
      const known = seen.get(key)
      // A log that is shorter than it was is another one.
      return (known === undefined ? undefined : await look(key, known.offset)) ?? look(key, 0)
    },
  }
}
