/** A connection of better-sqlite3 passed in keeps every promise too. */
import Database from 'better-sqlite3'
import { runConformance, sessionStoreSuite, sharedStoreSuite } from '@seamfold/core/testing'
import { isAgentError } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

runConformance(
  sessionStoreSuite,
  { name: 'sqliteStore(better-sqlite3)', create: () => sqliteStore(new Database(fresh())) },
  { describe, test },
)

const shared = () => {
  const path = fresh()
  return { open: () => sqliteStore(new Database(path)) }
}
runConformance(sharedStoreSuite, { name: 'sqliteStore(better-sqlite3)', create: shared }, { describe, test })

test('its errors are explained like those of node:sqlite', async () => {
  const path = fresh()
  const driver = new Database(path)
  const store = sqliteStore(driver, { busyTimeoutMs: 30 })
  const other = new Database(path)
  other.exec('BEGIN IMMEDIATE')
  const error: unknown = await store.append('log', ['a'], { expected: 0 }).catch((failure: unknown) => failure)
  expect(isAgentError(error, 'store_unavailable')).toBe(true)
  expect(error).toMatchObject({ retryable: true, details: { path: '(driver)', sqlite: 'BUSY' } })
  other.close()
  driver.close()
})
