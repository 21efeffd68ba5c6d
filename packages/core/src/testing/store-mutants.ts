/** Session stores that break one promise each: the session-store suite has to reject every one. */
import * as append from './store-append-mutations.ts'
import * as listing from './store-key-mutations.ts'
import { onAppend, onEntries, onKey, onRead, onRecords, onReplace, type BreakStore } from './store-mutation.ts'
import * as read from './store-read-mutations.ts'
import * as replace from './store-replace-mutations.ts'

export type SessionStoreMutant = {
  readonly name: string
  /** The case that has to fail. */
  readonly killedBy: string
  /** Breaks a good store in this one way. */
  readonly mutate: BreakStore
}

const appending: readonly SessionStoreMutant[] = [
  {
    name: 'loses the tail of a batch',
    killedBy: 'store.atomic',
    mutate: onRecords((records) => records.slice(0, Math.max(1, records.length - 1))),
  },
  { name: 'stores a batch twice', killedBy: 'store.atomic', mutate: onRecords((records) => [...records, ...records]) },
  { name: 'cuts a batch at 500 records', killedBy: 'store.large_batch', mutate: onRecords((records) => records.slice(0, 500)) },
  { name: 'stores a large batch in pieces, each at the end', killedBy: 'store.large_batch', mutate: onAppend(append.inPieces) },
  {
    name: 'drops equal neighbours',
    killedBy: 'store.repeats',
    mutate: onRecords((records) => records.filter((record, index) => index === 0 || record !== records[index - 1])),
  },
  { name: 'takes an append equal to the last one for a retry', killedBy: 'store.repeats', mutate: onAppend(append.sameIsRetry(false)) },
  { name: 'takes the last append once more for a retry', killedBy: 'store.repeats', mutate: onAppend(append.sameIsRetry(true)) },
  { name: 'stores record by record and stops half-way', killedBy: 'store.half_batch', mutate: onAppend(append.oneByOne) },
  { name: 'takes what is no string', killedBy: 'store.half_batch', mutate: onRecords((records) => records.map(String)) },
  { name: 'lets readers see a batch grow', killedBy: 'store.batch_whole', mutate: onAppend(append.oneByOne) },
  { name: 'appends at the end whatever was expected', killedBy: 'store.conflict', mutate: onAppend(append.atTheEnd) },
  { name: 'reports a conflict as a plain error', killedBy: 'store.conflict', mutate: onAppend(append.withPlainErrors) },
  { name: 'fills a gap when more was expected', killedBy: 'store.gap', mutate: onAppend(append.clampedToLength) },
  { name: 'checks the length before, not with, the append', killedBy: 'store.race', mutate: onAppend(append.checkThenAct) },
  { name: 'fails every append of a group with its loser', killedBy: 'store.independent', mutate: onAppend(append.groupsShareFate()) },
  { name: 'lets an empty append pass unchecked', killedBy: 'store.empty_append', mutate: onAppend(append.skipEmpty) },
  { name: 'creates a key for an empty append', killedBy: 'store.empty_append', mutate: read.listsEmptyKeys },
  { name: 'takes sync for permission', killedBy: 'store.sync', mutate: onAppend(append.syncOverrides) },
  { name: 'keeps the caller’s array', killedBy: 'store.copies', mutate: onAppend(append.readsLater) },
  { name: 'ignores the signal of an append', killedBy: 'store.signal', mutate: onAppend(append.withoutSignal) },
  { name: 'looks at the signal after the commit', killedBy: 'store.late_signal', mutate: onAppend(append.signalTooLate) },
  {
    name: 'cuts records at a megabyte',
    killedBy: 'store.large',
    mutate: onRecords((records) => records.map((record) => record.slice(0, 1_000_000))),
  },
]

const reading: readonly SessionStoreMutant[] = [
  { name: 'answers reads from an old copy', killedBy: 'store.read_your_writes', mutate: read.staleReads },
  { name: 'reads in the order of the text', killedBy: 'store.order', mutate: onRead(read.sorted) },
  { name: 'counts offsets from one', killedBy: 'store.order', mutate: onEntries(({ offset, record }) => ({ offset: offset + 1, record })) },
  {
    name: 'starts after the offset',
    killedBy: 'store.from',
    mutate: onRead((store, key, from) => store.read(key, { from: from === 0 ? 0 : from + 1 })),
  },
  { name: 'reads what was there when read was called', killedBy: 'store.snapshot', mutate: onRead(read.eager) },
  { name: 'follows the log for ever', killedBy: 'store.read_ends', mutate: onRead(read.following) },
  { name: 'shares one position between readers', killedBy: 'store.readers', mutate: onRead(read.sharedPosition()) },
  { name: 'stays locked when a reader leaves early', killedBy: 'store.break', mutate: read.lockedByReaders },
  { name: 'creates a key by reading it', killedBy: 'store.empty', mutate: read.keysFromReading },
  {
    name: 'parses and writes again',
    killedBy: 'store.verbatim',
    mutate: onEntries(({ offset, record }) => ({ offset, record: read.reencoded(record) })),
  },
  { name: 'trims', killedBy: 'store.verbatim', mutate: onEntries(({ offset, record }) => ({ offset, record: record.trim() })) },
  {
    name: 'replaces unpaired surrogates',
    killedBy: 'store.unicode',
    mutate: onEntries(({ offset, record }) => ({ offset, record: read.throughUtf8(record) })),
  },
  {
    name: 'ends a text at NUL',
    killedBy: 'store.unicode',
    mutate: onEntries(({ offset, record }) => ({ offset, record: record.split('\0')[0] ?? '' })),
  },
  { name: 'reads one page', killedBy: 'store.long_log', mutate: onRead(read.firstPage) },
  { name: 'ignores the signal of a read', killedBy: 'store.read_signal', mutate: onRead((store, key, from) => store.read(key, { from })) },
]

const keys: readonly SessionStoreMutant[] = [
  { name: 'folds case in keys', killedBy: 'store.keys', mutate: onKey((key) => key.toLowerCase()) },
  { name: 'makes file names of keys', killedBy: 'store.keys', mutate: onKey((key) => key.replaceAll(/[^\w.-]/g, '_')) },
  { name: 'normalises keys', killedBy: 'store.keys', mutate: onKey((key) => key.normalize()) },
  { name: 'makes one path of several', killedBy: 'store.keys', mutate: onKey((key) => key.replaceAll(/\/(?:\.?\/)+/g, '/')) },
  { name: 'cuts keys at 255 characters', killedBy: 'store.keys', mutate: onKey((key) => key.slice(0, 255)) },
  { name: 'cuts keys at 4,096 characters', killedBy: 'store.keys', mutate: onKey((key) => key.slice(0, 4_096)) },
  { name: 'keeps its keys in a plain object', killedBy: 'store.keys', mutate: listing.keysInObject },
  { name: 'ends a listing at a deletion', killedBy: 'store.key_list_deleting', mutate: listing.listingEndsAtDeletion },
  { name: 'lists pages of keys by their position', killedBy: 'store.key_list_deleting', mutate: listing.pagesByPosition },
  { name: 'remembers logs by key and length', killedBy: 'store.delete', mutate: onRead(read.copiesByLength()) },
  { name: 'lists a key for each record', killedBy: 'store.key_list', mutate: read.keysPerRecord },
  { name: 'lists one page of keys', killedBy: 'store.key_list', mutate: read.firstPageOfKeys },
  { name: 'takes a prefix for a pattern', killedBy: 'store.prefix', mutate: read.prefixByPattern },
  { name: 'deletes what begins with the key', killedBy: 'store.delete', mutate: read.deletesByPrefix },
  { name: 'hides a deleted log but keeps its length', killedBy: 'store.delete', mutate: read.deleteKeepsLength },
  { name: 'goes on after close', killedBy: 'store.close', mutate: read.outlivesClose },
]

const replacing: readonly SessionStoreMutant[] = [
  { name: 'appends what should replace', killedBy: 'store.replace', mutate: onReplace(replace.appends) },
  { name: 'cuts a replacement to the length of what was there', killedBy: 'store.replace', mutate: onReplace(replace.cuts) },
  { name: 'replaces the first record only', killedBy: 'store.replace', mutate: onReplace(replace.firstOnly) },
  { name: 'replaces record by record and stops half-way', killedBy: 'store.replace_conflict', mutate: onReplace(replace.oneByOne) },
  { name: 'replaces whatever is there', killedBy: 'store.replace_conflict', mutate: onReplace(replace.unchecked) },
]

/** Each is killed by the case that it names, and every case of the suite kills at least one. */
export const sessionStoreMutants: readonly SessionStoreMutant[] = [...appending, ...reading, ...keys, ...replacing]
