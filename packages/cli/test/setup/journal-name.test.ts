/** A journal has one name for all that open its file, and another one where it is another file in the same place. */
import { copyFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { journalName } from '../../src/setup/journal-name.ts'
import { openJournal } from '../../src/setup/store.ts'
import { temporaryFolder } from '../end-to-end/command.ts'

test('a journal keeps its name while it grows, and one that takes its place has another', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'sessions.db')
  const journal = await openJournal(path)
  const name = await journalName(path)
  await journal.store.append('a', ['one'], { expected: 0, sync: true })
  expect(await journalName(path)).toBe(name)
  await journal.close()
  const again = await openJournal(path)
  expect(await journalName(path)).toBe(name)
  await again.close()
  await copyFile(path, `${path}.copy`)
  await rm(path)
  await rename(`${path}.copy`, path)
  expect(await journalName(path)).not.toBe(name)
})
