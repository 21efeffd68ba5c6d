/** One writer at a time in a folder, among all processes of a machine. */
import { closeSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AgentError } from '@seamfold/core/kit'
import { explainFileError } from './file-errors.ts'

type Connection = { exec(sql: string): void; close(): void }
type Opened = { readonly connection: Connection; readonly identity: string }
type NodeSqlite = { readonly DatabaseSync: new (path: string) => Connection }

/** SQLite's "somebody else holds it", see https://www.sqlite.org/rescode.html */
const BUSY = 5
const LONGEST_PAUSE_MS = 20

export interface FolderLockOptions {
  /** Milliseconds to wait for another process. */
  readonly busyTimeoutMs: number
}

/**
 * Node has no file locks of its own, but the SQLite inside it does: a transaction on the empty file `.lock` that never writes.
 * The operating system lets go of it when its process dies, so nothing has to guess who is alive and no lock is ever stale.
 */
export class FolderLock {
  readonly path: string
  readonly #busyTimeoutMs: number
  #opened: Opened | undefined

  constructor(folder: string, { busyTimeoutMs }: FolderLockOptions) {
    this.path = join(folder, '.lock')
    this.#busyTimeoutMs = busyTimeoutMs
  }

  /**
   * Runs `work` while no other process can be in it. `work` is synchronous, so the lock is held for as long as a write takes.
   * Throws `store_unavailable` when another process does not let go in time, and the signal's reason when it fires before.
   */
  async run<T>(work: () => T, signal?: AbortSignal): Promise<T> {
    const started = performance.now()
    for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      signal?.throwIfAborted()
      if (this.#take()) {
        try {
          return work()
        } finally {
          this.#opened?.connection.exec('ROLLBACK')
        }
      }
      if (performance.now() - started > this.#busyTimeoutMs) throw this.#busy()
      await new Promise((wake) => setTimeout(wake, pause * (0.5 + Math.random())))
    }
  }

  close(): void {
    this.#opened?.connection.close()
    this.#opened = undefined
  }

  #take(): boolean {
    try {
      this.#opened ??= connect(this.path)
      this.#opened.connection.exec('BEGIN IMMEDIATE')
      // Whoever comes later opens what has the name now: a file that was removed excludes nobody.
      if (identify(this.path) === this.#opened.identity) return true
      this.close()
      return this.#take()
    } catch (error) {
      if (error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === BUSY) return false
      throw explainFileError(error, this.path)
    }
  }

  #busy(): AgentError {
    return new AgentError(
      'store_unavailable',
      `Another process has been writing to the JSONL store ${JSON.stringify(this.path)} for ${this.#busyTimeoutMs} ms: try again, or end the process that has stopped in the middle of it`,
      { details: { path: this.path } },
    )
  }
}

function connect(path: string): Opened {
  // Opened once as a plain file, so that a folder that cannot be written is reported in the file system's words.
  closeSync(openSync(path, 'a'))
  const sqlite = process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined
  if (sqlite === undefined) {
    throw new AgentError(
      'unsupported',
      `This runtime (${process.version}) has no node:sqlite, whose file locks are used here: use Node 22.18 or newer`,
    )
  }
  const identity = identify(path)
  const connection = new sqlite.DatabaseSync(path)
  // Nothing is ever written, so there is no journal to keep beside it.
  connection.exec('PRAGMA journal_mode = MEMORY')
  return { connection, identity }
}

/** Tells a file from another one that has its name later: a number is not used again while the file is open. */
function identify(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? 'gone' : `${found.dev} ${found.ino}`
}
