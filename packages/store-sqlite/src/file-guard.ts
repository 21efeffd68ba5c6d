/** Notices that the file under an open connection was removed or replaced: nobody would find again what is written to it. */
import { statSync } from 'node:fs'
import { AgentError } from '@seamfold/core/kit'

/** Call what it gives before what must last is written. It throws `store_unavailable` from then on, until the same file is back. */
export function fileGuard(path: string): () => void {
  const first = identityOf(path)
  return () => {
    if (identityOf(path) === first) return
    throw new AgentError(
      'store_unavailable',
      `The SQLite file ${JSON.stringify(path)} was removed or replaced while it was open, so nothing more is written to it: put it back with its -wal file, or stop everything that uses it and open what is there now`,
      { retryable: false, details: { path } },
    )
  }
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}
