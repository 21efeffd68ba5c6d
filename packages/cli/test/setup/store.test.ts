/** Promises of where the journal is kept: its folders are made, and where none can be made that is said and nothing waits. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openJournal } from '../../src/setup/store.ts'

test('folders above a journal are made, also by two at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'))
  try {
    const path = join(folder, 'a/b/c')
    const journals = await Promise.all([openJournal(join(path, 'sessions.db')), openJournal(join(path, 'files'), 'jsonl')])
    for (const { store, close } of journals) {
      await store.append('log', ['first'], { expected: 0 })
      for await (const { record } of store.read('log')) expect(record).toBe('first')
      await close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test.runIf(process.platform === 'linux')(
  'a place where no folder can be made is refused in words, whatever keeps the journal',
  async () => {
    const refused = { code: 'invalid_argument', message: expect.stringContaining('Name a file where you may write') }
    await expect(openJournal('/proc/nowhere/deeper/sessions.db')).rejects.toMatchObject(refused)
    await expect(openJournal('/proc/nowhere', 'jsonl')).rejects.toMatchObject(refused)
  },
)
