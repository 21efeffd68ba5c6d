/** The public door of @seamfold/store-sqlite. */
export { sqliteBlobs } from './sqlite-blobs.ts'
export { sqliteDatabase, type SqliteDatabase, type SqliteOptions, type SqliteSource } from './database.ts'
export { sqliteLastRecord } from './last-record.ts'
export type { WriteTask } from './commit-queue.ts'
export type { SqliteDriver, SqliteStatement, SqliteValue } from './driver.ts'
export { sqliteLeases, type SqliteLeasesOptions } from './sqlite-leases.ts'
export { sqliteStore } from './sqlite-store.ts'
