/** A process that stops in the middle of a write, until it is killed or told to go on. */
import { readSync, writeSync } from 'node:fs'
import { FolderLock } from '../src/folder-lock.ts'

const [folder = ''] = process.argv.slice(2)

await new FolderLock(folder, { busyTimeoutMs: 0 }).run(() => {
  writeSync(1, 'held\n')
  readSync(0, Buffer.alloc(1))
})
