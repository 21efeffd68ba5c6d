/** How many commits appends cost, how durable each is, and that nobody waits without need. */
import { DatabaseSync } from 'node:sqlite'
import { isAgentError } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { sqliteStore, type SqliteDriver, type SqliteOptions } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

/** A real connection that notes which statements run. */
const noting = (path: string): { driver: SqliteDriver; statements: string[] } => {
  const database = new DatabaseSync(path)
  const statements: string[] = []
  const driver: SqliteDriver = {
    exec: (sql) => {
      statements.push(sql)
      database.exec(sql)
    },
    prepare: (sql) => {
      const statement = database.prepare(sql)
      return {
        run: (...values) => {
          statements.push(sql)
          return statement.run(...values)
        },
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
        iterate: (...values) => statement.iterate(...values),
      }
    },
    close: () => database.close(),
  }
  return { driver, statements }
}

const open = (options?: SqliteOptions) => {
  const { driver, statements } = noting(fresh())
  const store = sqliteStore(driver, options)
  const during = async (work: () => Promise<unknown>): Promise<string[]> => {
    statements.length = 0
    await work()
    return statements.map((sql) =>
      sql
        .trim()
        .split(/\s+/)
        .slice(0, sql.startsWith('PRAGMA') ? 4 : 1)
        .join(' '),
    )
  }
  return { store, during }
}

describe('commits', () => {
  test('an append is one INSERT in one transaction, however many records it has up to a page', async () => {
    const { store, during } = open()
    await store.append('log', ['a'], { expected: 0 })
    const records = Array.from({ length: 30 }, (_, index) => `record ${index}`)
    expect(await during(() => store.append('log', records, { expected: 1 }))).toEqual(['BEGIN', 'INSERT', 'COMMIT'])
  })

  test('appends that are made together share one commit', async () => {
    const { store, during } = open()
    const keys = Array.from({ length: 50 }, (_, index) => `key ${index}`)
    const statements = await during(() => Promise.all(keys.map((key) => store.append(key, ['a'], { expected: 0 }))))
    expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(1)
  })

  test('many sessions that write at their own pace share commits too', async () => {
    const { store, during } = open()
    const session = async (name: string, index: number): Promise<void> => {
      for (let length = 0; length < 20; length++) {
        for (let pause = 0; pause < index; pause++) await Promise.resolve()
        await store.append(name, ['a'], { expected: length })
      }
    }
    const names = Array.from({ length: 40 }, (_, index) => `session ${index}`)
    const statements = await during(() => Promise.all(names.map(session)))
    expect(statements.filter((sql) => sql === 'COMMIT').length).toBeLessThan(60)
  })

  test('a single writer is not kept waiting for company', async () => {
    const { store } = open()
    let turns = 0
    const turn = setImmediate(() => (turns += 1))
    for (let length = 0; length < 50; length++) await store.append('log', ['a'], { expected: length })
    expect(turns).toBe(0)
    clearImmediate(turn)
  })
})

describe('durability', () => {
  test('only an append with sync waits for the disk, and it covers its whole group', async () => {
    const { store, during } = open()
    expect(await during(() => store.append('log', ['a'], { expected: 0 }))).not.toContain('PRAGMA synchronous = FULL')
    const group = () =>
      Promise.all([store.append('log', ['b'], { expected: 1 }), store.append('other', ['c'], { expected: 0, sync: true })])
    const statements = await during(group)
    expect(statements.slice(0, 2)).toEqual(['PRAGMA synchronous = FULL', 'BEGIN'])
    expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(1)
    expect((await during(() => store.append('log', ['d'], { expected: 2 }))).slice(0, 2)).toEqual(['PRAGMA synchronous = NORMAL', 'BEGIN'])
  })

  test('an empty append with sync still reaches the disk', async () => {
    const { store, during } = open()
    await store.append('log', ['a'], { expected: 0 })
    expect(await during(() => store.append('log', [], { expected: 1, sync: true }))).toEqual([
      'PRAGMA synchronous = FULL',
      'BEGIN',
      'UPDATE',
      'COMMIT',
    ])
  })

  test('normal durability never waits for the disk', async () => {
    const { store, during } = open({ durability: 'normal' })
    expect(await during(() => store.append('log', ['a'], { expected: 0, sync: true }))).not.toContain('PRAGMA synchronous = FULL')
  })
})

describe('in one group', () => {
  test('each append is judged on its own, in the order in which they were made', async () => {
    const { store } = open()
    const outcomes = await Promise.allSettled([
      store.append('log', ['a'], { expected: 0 }),
      store.append('log', ['loser', 'whole'], { expected: 0 }),
      store.append('log', ['b'], { expected: 1 }),
      store.append('other', ['gap'], { expected: 3 }),
      store.delete('log'),
      store.append('log', ['new'], { expected: 0 }),
    ])
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, false, true, true])
    expect(outcomes.every((outcome) => outcome.status === 'fulfilled' || isAgentError(outcome.reason, 'store_conflict'))).toBe(true)
    const records: string[] = []
    for await (const { record } of store.read('log')) records.push(record)
    expect(records).toEqual(['new'])
  })
})
