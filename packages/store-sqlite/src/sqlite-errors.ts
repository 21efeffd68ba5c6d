/** Turns what a SQLite driver throws into coded errors that name the file and the way out. */
import { AgentError, isAgentError, toMessage, type ErrorCode } from '@seamfold/core/kit'

type Explanation = { readonly code: ErrorCode; readonly retryable: boolean; readonly advice: string }

/** Primary result codes as https://www.sqlite.org/rescode.html numbers them. */
const NAMES: Readonly<Record<number, string>> = {
  3: 'PERM',
  5: 'BUSY',
  6: 'LOCKED',
  7: 'NOMEM',
  8: 'READONLY',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  18: 'TOOBIG',
  23: 'AUTH',
  26: 'NOTADB',
}

const BUSY: Explanation = {
  code: 'store_unavailable',
  retryable: true,
  advice: 'another connection holds its write lock: try again, or end the process that keeps a transaction open',
}
const DENIED: Explanation = {
  code: 'store_unavailable',
  retryable: false,
  advice: 'make the file and its folder writable for this user, or choose another path',
}

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  BUSY,
  LOCKED: BUSY,
  PERM: DENIED,
  AUTH: DENIED,
  READONLY: DENIED,
  CANTOPEN: {
    code: 'store_unavailable',
    retryable: false,
    advice: 'check that the path is a file in a folder that this user may write, not a folder itself',
  },
  FULL: { code: 'store_unavailable', retryable: true, advice: 'free space on its disk (or raise max_page_count), then try again' },
  IOERR: { code: 'store_unavailable', retryable: true, advice: 'check the disk and the system log, then try again' },
  NOMEM: { code: 'store_unavailable', retryable: true, advice: 'free memory, then try again' },
  CORRUPT: {
    code: 'store_corrupt',
    retryable: false,
    advice: 'restore a backup, or save what is readable with the .recover command of sqlite3',
  },
  NOTADB: { code: 'store_corrupt', retryable: false, advice: 'the file is something else (or encrypted): choose another path' },
  TOOBIG: { code: 'invalid_argument', retryable: false, advice: 'split the record' },
}

/** What creating the folder may run into, as the SQLite result that means the same. */
const FILE_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'PERM',
  EPERM: 'PERM',
  EROFS: 'READONLY',
  EEXIST: 'CANTOPEN',
  ENOTDIR: 'CANTOPEN',
  ENOENT: 'CANTOPEN',
  ENAMETOOLONG: 'CANTOPEN',
  ENOSPC: 'FULL',
}

/** The primary SQLite result of an error, e.g. `BUSY`, whichever driver threw it; undefined when it is not from SQLite. */
function sqliteResult(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { errcode, code } = error as { errcode?: unknown; code?: unknown }
  if (typeof errcode === 'number') return NAMES[errcode & 0xff]
  if (typeof code !== 'string') return undefined
  return /^SQLITE_([A-Z]+)/.exec(code)?.[1] ?? FILE_ERRORS[code]
}

/** Whether waiting may help because another connection is at work. */
export function isBusy(error: unknown): boolean {
  const result = sqliteResult(error)
  return result === 'BUSY' || result === 'LOCKED'
}

/** Whether the file can be read, at most. */
export function isReadOnly(error: unknown): boolean {
  return sqliteResult(error) === 'READONLY'
}

/** Whether the file, or what SQLite keeps beside it, could not be opened for writing. */
export function isUnopened(error: unknown): boolean {
  return isReadOnly(error) || sqliteResult(error) === 'CANTOPEN'
}

/** Gives an `AgentError` back untouched and explains everything else. */
export function explainSqliteError(error: unknown, path: string): AgentError {
  if (isAgentError(error)) return error
  const result = sqliteResult(error)
  const known = result === undefined ? undefined : EXPLANATIONS[result]
  const { code, retryable, advice } = known ?? { code: 'store_unavailable' as const, retryable: false, advice: 'see the cause' }
  const message = `The SQLite store ${JSON.stringify(path)} failed (${toMessage(error)}): ${advice}`
  return new AgentError(code, message, { cause: error, retryable, details: result === undefined ? { path } : { path, sqlite: result } })
}
