/** Turns what the file system throws into coded errors that name the file and the way out. */
import { AgentError, isAgentError, toMessage } from '@seamfold/core/kit'

type Explanation = { readonly retryable: boolean; readonly advice: string }

const DENIED: Explanation = { retryable: false, advice: 'make the folder and its files writable for this user, or choose another folder' }
const FULL: Explanation = { retryable: true, advice: 'free space on its disk, then try again' }
const CROWDED: Explanation = { retryable: true, advice: 'too many files are open: close some or raise the limit, then try again' }
const NO_FOLDER: Explanation = { retryable: false, advice: 'check that the path is a folder, and that everything above it is one' }

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: DENIED,
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: FULL,
  EMFILE: CROWDED,
  ENFILE: CROWDED,
  ENOTDIR: NO_FOLDER,
  EEXIST: NO_FOLDER,
  EISDIR: NO_FOLDER,
  ENOENT: { retryable: false, advice: 'the folder is gone: make the store anew' },
  ENAMETOOLONG: { retryable: false, advice: 'choose a folder with a shorter path' },
  EIO: { retryable: true, advice: 'check the disk and the system log, then try again' },
}

/** The `code` of an error of the file system, such as `ENOENT`. */
export function fileErrorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** Gives an `AgentError` back untouched and explains everything else. */
export function explainFileError(error: unknown, path: string): unknown {
  if (isAgentError(error)) return error
  const code = fileErrorCode(error)
  const { retryable, advice } = EXPLANATIONS[code ?? ''] ?? { retryable: false, advice: 'see the cause' }
  const message = `The JSONL store failed at ${JSON.stringify(path)} (${toMessage(error)}): ${advice}`
  return new AgentError('store_unavailable', message, {
    cause: error,
    retryable,
    details: code === undefined ? { path } : { path, errno: code },
  })
}

/** A line that cannot be what was written. Lines are counted from one, as pagers and editors do; the first is the head. */
export function damagedLine(path: string, line: number, found: { readonly key?: string; readonly reason: string }): AgentError {
  const { key, reason } = found
  return new AgentError(
    'store_corrupt',
    `Line ${line} of ${JSON.stringify(path)} is damaged: ${reason}. Restore a backup of the file, or give up that line and all below it: head -n ${line - 1} keeps what is above`,
    { details: { path, line, ...(key === undefined ? {} : { key, offset: line - 2 }) } },
  )
}
