/** A store over a connection of better-sqlite3, which it closes with itself. */
import Database from 'better-sqlite3'
import type { SessionStore } from '@seamfold/core/kit'
import { sqliteStore } from '../src/index.ts'

export function betterSqliteStore(path: string): SessionStore {
  const driver = new Database(path)
  const store = sqliteStore(driver)
  return {
    ...store,
    async close() {
      await store.close?.()
      driver.close()
    },
  }
}
