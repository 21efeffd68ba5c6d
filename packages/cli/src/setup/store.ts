/** Opens the journal's file, and checks that it can be read before anything is done. */
import { existsSync, statSync } from 'node:fs'
import { access, constants, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { memoryLeases, memoryStore, storeBlobs, watchedStore } from '@seamfold/core'
import { type LogEnds, readEnds, tipOf } from './log-ends.ts'
import type { BlobStore, LeaseStore, SessionStore, WatchStore } from '@seamfold/core/kit'
import { AgentError, isAgentError, toMessage } from '@seamfold/core/kit'
import { keepSampleIfLeft } from '../workspace/sample.ts'

/** Where sessions are kept: a database, plain files, or nowhere once the process ends. */
export type StoreKind = 'sqlite' | 'jsonl' | 'memory'

export type Journal = {
  readonly store: SessionStore
  readonly leases: LeaseStore
  readonly blobs: BlobStore
  readonly watch: WatchStore
  readonly ends: LogEnds
  /** Let SQLite look through the whole file: what it finds wrong, in its words; nothing where all is well. */
  examine(): Promise<readonly string[]>
  /** Leave nothing in the file of what was deleted, and give its room back. */
  shrink(): Promise<void>
  close(): Promise<void>
}

/** Open a journal, making it where there is none. Throws `store_corrupt`, `store_newer`, `store_unavailable`, or `invalid_argument` where it cannot be made. */
export async function openJournal(path: string, kind: StoreKind = 'sqlite'): Promise<Journal> {
  if (kind === 'memory') return memoryJournal()
  await keepSampleIfLeft(dirname(dirname(path)))
  const folder = kind === 'jsonl' ? path : dirname(path)
  const journal = await (kind === 'jsonl' ? openFiles(path) : open(path)).catch((error: unknown) => {
    throw isFolder(folder) ? error : unmade(path, error)
  })
  try {
    if (basename(dirname(path)) === '.seamfold') await ignoreFolder(dirname(path))
    return journal
  } catch (error) {
    await journal.close()
    throw unmade(path, error)
  }
}

/** In the words of the system: the store says them with advice of its own. */
const unmade = (path: string, error: unknown): AgentError =>
  new AgentError(
    'invalid_argument',
    `The journal ${path} cannot be made: ${toMessage(isAgentError(error) ? (error.cause ?? error) : error)}\nName a file where you may write: --store, or the key 'store' of the configuration.`,
    { cause: error },
  )

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Why a journal that is not there yet could not be made; undefined where it could. */
export async function obstacle(path: string): Promise<string | undefined> {
  let folder = dirname(path)
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  try {
    if (!(await stat(folder)).isDirectory()) throw new Error(`${folder} is not a folder`)
    await access(folder, constants.W_OK)
    return undefined
  } catch (error) {
    return `${path} cannot be made: ${toMessage(error)}; name a file where you may write with --store`
  }
}

/** Open a journal that must be there. Throws `session_not_found` where there is none. */
export async function openExistingJournal(path: string): Promise<Journal> {
  if (!existsSync(path)) {
    throw new AgentError(
      'session_not_found',
      `There are no sessions here: ${path} does not exist.\nName the workspace that they were in with --workspace, or their journal with --store.`,
    )
  }
  await keepSampleIfLeft(dirname(dirname(path)))
  return open(path)
}

async function open(path: string): Promise<Journal> {
  const { sqliteDatabase, sqliteStore, sqliteLeases, sqliteBlobs, sqliteFirstRecord, sqliteLastRecord, sqliteWatch } =
    await import('@seamfold/store-sqlite')
  const database = sqliteDatabase(path)
  const store = sqliteStore(database)
  try {
    // Reading one name proves that the file is a journal of a version that we know.
    for await (const _ of store.keys({ prefix: 'journal/' })) break
  } catch (error) {
    await database.close()
    throw error
  }
  const examine = (): Promise<readonly string[]> =>
    database.read(() => {
      const rows = database.prepare('PRAGMA quick_check(10)').all() as readonly { readonly quick_check: string }[]
      return rows.map(({ quick_check }) => quick_check).filter((words) => words !== 'ok')
    })
  return {
    store,
    leases: sqliteLeases(database),
    blobs: sqliteBlobs(database),
    watch: sqliteWatch(database),
    ends: {
      first: (key) => sqliteFirstRecord(database, key),
      last: async (key) => tipOf(await sqliteLastRecord(database, key)),
    },
    examine,
    shrink: () => database.vacuum(),
    close: () => database.close(),
  }
}

async function openFiles(path: string): Promise<Journal> {
  const { jsonlBlobs, jsonlLeases, jsonlStore, jsonlTip, jsonlWatch } = await import('@seamfold/store-jsonl')
  const store = jsonlStore(path)
  return {
    ...plain(store),
    ends: { ...readEnds(store), last: (key) => jsonlTip(path, key) },
    leases: jsonlLeases(path),
    blobs: jsonlBlobs(path),
    watch: jsonlWatch(path),
    close: async () => store.close?.(),
  }
}

function memoryJournal(): Journal {
  const store = watchedStore(memoryStore())
  return { ...plain(store), leases: memoryLeases(), blobs: storeBlobs(store), watch: store, close: () => Promise.resolve() }
}

/** What a store without tools of its own can tell. */
const plain = (store: SessionStore): Pick<Journal, 'store' | 'ends' | 'examine' | 'shrink'> => ({
  store,
  ends: readEnds(store),
  examine: () => Promise.resolve([]),
  shrink: () => Promise.resolve(),
})

/** Journals are no part of the project: version control passes over a folder that ignores itself. */
async function ignoreFolder(folder: string): Promise<void> {
  const file = join(folder, '.gitignore')
  if (!existsSync(file)) await writeFile(file, '*\n')
}
