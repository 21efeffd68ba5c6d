/** A file that cannot be written can be read, and says so when it is written to. */
/// <reference lib="esnext.array" />
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { sqliteBlobs, sqliteDatabase, sqliteLeases, sqliteStore, type SqliteDatabase } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

/** Fills a file, which stays open. */
async function filled(path: string): Promise<SqliteDatabase> {
  const database = sqliteDatabase(path)
  await sqliteStore(database).append('log', ['a', 'b'], { expected: 0 })
  await sqliteBlobs(database).put('digest', 'text')
  await sqliteLeases(database, { now: () => Date.UTC(2100, 0) }).acquire('log', 'holder', 1_000)
  return database
}

test('a backup is read through a connection that may not write, and an append is refused', async () => {
  const path = fresh()
  const database = await filled(fresh())
  await database.backup(path)
  await database.close()
  const driver = new DatabaseSync(path, { readOnly: true })
  const store = sqliteStore(driver)
  expect(await Array.fromAsync(store.read('log'))).toMatchObject([{ record: 'a' }, { record: 'b' }])
  await expect(store.append('log', ['c'], { expected: 2 })).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/readonly database.*make the file and its folder writable/) as string,
  })
  expect(await Array.fromAsync(store.keys())).toEqual(['log'])
  driver.close()
})

const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const READING = [...FROM_SOURCES, at('./reading-only.ts')]

const READABLE = {
  keys: ['log'],
  records: ['a', 'b'],
  blob: 'text',
  lease: 'holder',
  append: expect.stringMatching(/^store_unavailable: .*readonly database.*make the file and its folder writable/) as string,
  again: 2,
}

describe('on a disk that was mounted for reading', () => {
  const folder = fresh('mounted')
  mkdirSync(folder)
  const named = (name: string): string => join(folder, name)
  /** A command that sees the folder as such a disk, whoever runs it. */
  const onMounted = ['-rm', 'sh', '-c', 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"', folder]
  const possible = spawnSync('unshare', [...onMounted, 'true']).status === 0

  test.skipIf(!possible)(
    'what was closed, or backed up, is read; what would lack commits, is older or is not there is refused',
    async () => {
      const database = await filled(named('closed'))
      await database.backup(named('backup'))
      for (const part of ['', '-wal']) copyFileSync(named(`closed${part}`), named(`half${part}`))
      await database.close()
      const older = new DatabaseSync(named('older'))
      older.exec('PRAGMA journal_mode = WAL; CREATE TABLE mine (word TEXT)')
      older.close()

      const paths = ['closed', 'backup', 'half', 'older', 'missing'].map(named)
      const output = execFileSync('unshare', [...onMounted, process.execPath, ...READING, ...paths], { encoding: 'utf8' })
      expect(JSON.parse(output)).toEqual([
        READABLE,
        READABLE,
        expect.stringMatching(/^store_unavailable: .*half-wal" holds commits that are not in it yet: copy both/),
        expect.stringMatching(/^store_unavailable: .*older.*folder that this user may write/),
        expect.stringMatching(/^store_unavailable: .*missing.*folder that this user may write/),
      ])
    },
  )
})

describe('a user who may only read', () => {
  /** Root may write whatever the permissions say, so that somebody else has to read in its place. */
  const reader = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const possible = process.platform !== 'win32' && spawnSync(process.execPath, READING, reader).status === 0

  test.skipIf(!possible)('reads what was closed', async () => {
    const folder = fresh('guarded')
    mkdirSync(folder)
    const path = join(folder, 'store.db')
    await (await filled(path)).close()
    chmodSync(dirname(folder), 0o755)
    chmodSync(path, 0o444)
    chmodSync(folder, 0o555)
    const output = execFileSync(process.execPath, [...READING, path], { encoding: 'utf8', ...reader })
    expect(JSON.parse(output)).toEqual([READABLE])
    chmodSync(folder, 0o755)
  })
})
