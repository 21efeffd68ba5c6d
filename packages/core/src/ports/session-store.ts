/** The seam to storage: append-only logs of strings, one per key. */

export type StoredRecord = { readonly offset: number; readonly record: string }

/** What stands at an offset, and what shall stand there instead. */
export type Replacement = { readonly offset: number; readonly expected: string; readonly record: string }

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
 * Contract of `append`:
 * - It is atomic: all records are stored, numbered from `expected`, or none, [store.atomic] also thousands at once. [store.large_batch]
 * - A batch that cannot be stored whole, such as one with something that is not a string, is refused and leaves nothing. [store.half_batch]
 * - A read that runs to its end never sees part of a batch. [store.batch_whole]
 * - If the log holds more than `expected` records it throws `store_conflict` and stores nothing; [store.conflict] so too if it holds fewer. [store.gap]
 * - Records are never compared: equal ones are all stored, and an append equal to the one before is not taken for a retry of it.
 *   [store.repeats]
 * - Of several appends that expect the same length exactly one wins. [store.race]
 * - Appends to other keys at the same time, losers among them, do not hurt each other. [store.independent]
 * - What it resolved for is there for every later `read`, [store.read_your_writes] in any process. [shared.visible]
 * - An append without records checks the length and stores nothing. [store.empty_append]
 * - `sync` changes nothing else, and without records it still covers what came before. [store.sync]
 * - The array of records is the caller's again as soon as `append` returns its promise. [store.copies]
 * - A signal that fired before the commit throws its reason and stores nothing; [store.signal]
 *   one that fires later leaves the batch whole or absent, as the promise says. [store.late_signal]
 *
 * Contract of `read`:
 * - It yields records in order, offsets counted from zero, [store.order] starting at `from` (default 0). [store.from]
 * - It begins when its first record is asked for, and sees at least what was stored then. [store.snapshot]
 * - It ends, even if its reader appends to the same log. [store.read_ends]
 * - Several readers go at their own pace; [store.readers] one that leaves early leaves nothing open. [store.break]
 * - A key never written reads as empty. [store.empty]
 * - Records come back as they were given, to the letter, [store.verbatim] whatever string they are, [store.unicode]
 *   also ten million characters. [store.large]
 * - Logs may be long: thousands of records, [store.long_log] and a hundred times that. [store.huge_log]
 * - A signal stops a read or a listing with its reason. [store.read_signal]
 *
 * Contract of `replace`, which a store may leave out (then nothing can be redacted in it):
 * - It puts records in the place of others of the same log, all or none, and as durably as `sync`; what is not named and the
 *   log's length stay, and nothing is left of the old ones where the store keeps its logs. [store.replace]
 * - If one of them is not the `expected` one it throws `store_conflict` and changes nothing. [store.replace_conflict]
 *
 * Contract of the rest:
 * - Any string is a key and no two collide. [store.keys]
 * - `keys` yields each key that holds a record once, in any order, [store.key_list] by literal prefix. [store.prefix]
 * - Keys may be deleted while they are listed: they alone may be missing then, and no other is passed over or listed twice.
 *   [store.key_list_deleting]
 * - A deleted key is as if never written; deleting nothing is fine. [store.delete]
 * - After `close` every call throws `store_unavailable`, what was asked before is finished, and closing twice is fine. [store.close]
 *
 * A store that several processes may open keeps all of this between them. [shared.conflict] [shared.race] [shared.delete] [shared.reopen]
 */
export interface SessionStore {
  readonly contract: 1
  append(key: string, records: readonly string[], options: AppendOptions): Promise<void>
  read(key: string, options?: { readonly from?: number; readonly signal?: AbortSignal }): AsyncIterable<StoredRecord>
  keys(options?: { readonly prefix?: string; readonly signal?: AbortSignal }): AsyncIterable<string>
  delete(key: string): Promise<void>
  replace?(key: string, changes: readonly Replacement[]): Promise<void>
  close?(): Promise<void>
}
