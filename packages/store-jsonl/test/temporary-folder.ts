/** A folder that is gone when the test file is done. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** Gives a function that makes a new path in the folder at each call. */
export function temporaryFolder(): (name?: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'seamfold-jsonl-'))
  let files = 0
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return (name = 'log') => join(folder, `${++files}-${name}`)
}
