/** Trouble with the file while an agent works: a coded error, nothing in memory that is not on the disk, and all goes on afterwards. */
import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { verifySession } from '@seamfold/core'
import { describe, expect, test } from 'vitest'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { sqliteDatabase, sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { onDisk, troubledRun } from './troubled-agent.ts'

const fresh = temporaryFolder()

type Trouble = {
  /** How the run fails. */
  readonly code: string
  readonly words: RegExp
  /** Brings it about, and gives the way to end it. */
  begin(path: string, driver: DatabaseSync): () => void
}

const troubles: Readonly<Record<string, Trouble>> = {
  'a full disk': {
    code: 'store_unavailable',
    words: /database or disk is full.*free space on its disk/,
    begin(_, driver) {
      const { page_count: pages } = driver.prepare('PRAGMA page_count').get() as { page_count: number }
      driver.exec(`PRAGMA max_page_count = ${pages + 2}`)
      return () => driver.exec('PRAGMA max_page_count = 100000')
    },
  },
  'a file that may only be read': {
    code: 'store_unavailable',
    words: /readonly database.*make the file and its folder writable/,
    begin(_, driver) {
      driver.exec('PRAGMA query_only = ON')
      return () => driver.exec('PRAGMA query_only = OFF')
    },
  },
  'a database that another process keeps locked': {
    code: 'store_unavailable',
    words: /locked.*another connection holds its write lock/,
    begin(path) {
      const other = new DatabaseSync(path)
      other.exec('BEGIN IMMEDIATE')
      return () => other.close()
    },
  },
  'pages that are damaged': {
    code: 'store_corrupt',
    words: /malformed.*restore a backup/,
    begin(path) {
      const whole = damaged(path)
      return () => {
        writeFileSync(path, whole)
        disturb(path)
      }
    },
  },
}

/** Puts everything into the file itself, and makes every connection read its pages anew. */
function disturb(path: string): void {
  const other = new DatabaseSync(path)
  other.exec('CREATE TABLE IF NOT EXISTS mine (word TEXT); INSERT INTO mine VALUES (1); PRAGMA wal_checkpoint(TRUNCATE)')
  other.close()
}

/** Overwrites every page but the first, and gives what was there. */
function damaged(path: string): Buffer {
  disturb(path)
  const whole = readFileSync(path)
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(whole.length - 4096, 0xff), 0, whole.length - 4096, 4096)
  closeSync(file)
  return whole
}

describe.each(Object.entries(troubles))('an agent whose store has %s', (_, { code, words, begin }) => {
  test('says so, remembers no more than the file, and goes on when it is over', { timeout: 30_000 }, async () => {
    const path = fresh()
    const driver = new DatabaseSync(path)
    const store = sqliteStore(sqliteDatabase(driver, { busyTimeoutMs: 20 }))
    let end = (): void => {}
    const { agent, session, result, seen, effects } = await troubledRun(store, () => (end = begin(path, driver)))
    expect(result).toMatchObject({ status: 'failed', error: { code } })
    expect(result.status === 'failed' && result.error.message).toMatch(words)
    const behind = session.currentRun
    end()

    const held = await onDisk(sqliteStore(path))
    expect(behind).toBeUndefined()
    expect(held.types.at(-1)).toBe('tool_execution_start')
    expect(held.types.slice(held.types.indexOf('agent_start'))).toEqual(seen)
    expect((await session.state()).length).toBe(held.length)

    expect(await (await session.resume())?.completed()).toMatchObject({ text: 'done' })
    expect(JSON.stringify((await session.history()).slice(-2))).toMatch(/Nobody knows whether this call of 'work' took effect/)
    expect(await (await session.send('more')).completed()).toMatchObject({ text: 'done' })
    expect(effects()).toBe(1)
    expect((await verifySession(sqliteStore(path), 's')).problem).toBeUndefined()
    await agent.close()
    driver.close()
  })
})

test('a lock that is let go soon costs nothing but time', async () => {
  const path = fresh()
  const store = sqliteStore(path, { busyTimeoutMs: 20 })
  const { result, agent } = await troubledRun(store, () => {
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    setTimeout(() => other.close(), 50) // SQLite waits for locks by the clock on the wall
  })
  expect(result).toMatchObject({ status: 'completed', text: 'done' })
  await agent.close()
  await store.close?.()
})

describe('a disk that is really full', () => {
  const small = fresh('small')
  mkdirSync(small)
  const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
  /** A command that sees a disk of a megabyte at `small`. */
  const onSmallDisk = ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=1m none "$0" && exec "$@"', small]
  const possible = spawnSync('unshare', [...onSmallDisk, 'true']).status === 0

  test.skipIf(!possible)('fails the run, and the session goes on when there is space again', { timeout: 30_000 }, () => {
    const flags = [...FROM_SOURCES, at('./full-disk-agent.ts'), small]
    const output = execFileSync('unshare', [...onSmallDisk, process.execPath, ...flags], { encoding: 'utf8' })
    expect(JSON.parse(output)).toMatchObject({
      failed: expect.stringMatching(/^store_unavailable: .*free space on its disk/) as string,
      last: 'tool_execution_start',
      inMemory: true,
      resumed: 'done',
      again: 'done',
      effects: 1,
      check: { ok: true, problems: [] },
    })
  })
})
