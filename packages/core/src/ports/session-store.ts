/** The seam to storage: append-only logs of strings, one per key. */

export type StoredRecord = { readonly offset: number; readonly record: string }

export interface AppendOptions {
  /** How many records the log holds now, as far as the caller knows. */
  readonly expected: number
  /** Survive loss of power too, with everything earlier in this log. Default: false, which survives the process. */
  readonly sync?: boolean
  /** Honoured before the commit starts; a commit that has started is finished. */
  readonly signal?: AbortSignal
}

/**
 * Keeps logs.
 *
 * Contract:
 * - `append` is atomic: all records are stored, numbered from `expected`, or none. [store.atomic]
 * - If the log does not hold exactly `expected` records it throws `store_conflict` and stores nothing. [store.conflict]
 * - Of several appends that expect the same length exactly one wins. [store.race]
 * - What `append` resolved for is there for every later `read`, in any process. [store.read_your_writes]
 * - An append without records checks the length and stores nothing. [store.empty_append]
 * - `read` yields records in order from `from` (default 0), offsets counted from zero. [store.order]
 * - A read sees at least what was stored when it began, and never a record half. [store.snapshot]
 * - A key never written reads as empty. [store.empty]
 * - Records come back as they were given, to the letter. [store.verbatim]
 * - Any string is a key and no two collide. [store.keys]
 * - `keys` yields each key that holds a record once, in any order, by literal prefix. [store.prefix]
 * - A deleted key is as if never written; deleting nothing is fine. [store.delete]
 * - A signal that fired before the commit throws its reason and stores nothing. [store.signal]
 * - After `close` every call throws `store_unavailable`; closing twice is fine. [store.close]
 */
export interface SessionStore {
  readonly contract: 1
  append(key: string, records: readonly string[], options: AppendOptions): Promise<void>
  read(key: string, options?: { readonly from?: number; readonly signal?: AbortSignal }): AsyncIterable<StoredRecord>
  keys(options?: { readonly prefix?: string; readonly signal?: AbortSignal }): AsyncIterable<string>
  delete(key: string): Promise<void>
  close?(): Promise<void>
}
