/** The part of a SQLite library that we use, and how Node's own is opened. */
import { AgentError } from '@seamfold/core/kit'

/** What is bound to a statement: text, a number or bytes. */
export type SqliteValue = string | number | Uint8Array

export interface SqliteStatement {
  run(...values: SqliteValue[]): { readonly changes: number | bigint }
  get(...values: SqliteValue[]): unknown
  all(...values: SqliteValue[]): unknown[]
  iterate(...values: SqliteValue[]): Iterable<unknown>
}

/** A synchronous SQLite connection. `DatabaseSync` of node:sqlite and the `Database` of better-sqlite3 both fit as they are. */
export interface SqliteDriver {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  close(): unknown
}

type NodeOptions = { readonly readOnly?: boolean }
type NodeSqlite = { readonly DatabaseSync: new (path: string, options: NodeOptions) => SqliteDriver }

/** Opens a file with node:sqlite, which is loaded at the first call. Throws `unsupported` where Node has none. */
export function openNodeSqlite(path: string, options: NodeOptions = {}): SqliteDriver {
  const sqlite = process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined
  if (sqlite === undefined) {
    throw new AgentError(
      'unsupported',
      `This runtime (${process.version}) has no node:sqlite: use Node 22.18 or newer, or pass a driver: sqliteStore(new Database(${JSON.stringify(path)}))`,
    )
  }
  return new sqlite.DatabaseSync(path, options)
}
