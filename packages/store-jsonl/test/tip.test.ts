/** When a log was written last, told by its file. */
import { expect, test } from 'vitest'
import { jsonlStore, jsonlTip } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

test('the tip of a log is another one after every append, and there is none of a log that is not there', async () => {
  const folder = fresh()
  const store = jsonlStore(folder)
  const before = Date.now()
  await store.append('journal/Ä b', ['one'], { expected: 0 })
  const first = await jsonlTip(folder, 'journal/Ä b')
  expect(first?.at).toBeGreaterThanOrEqual(before - 1_000)
  await store.append('journal/Ä b', ['two'], { expected: 1 })
  const second = await jsonlTip(folder, 'journal/Ä b')
  expect(second?.stamp).not.toBe(first?.stamp)
  expect(await jsonlTip(folder, 'journal/Ä b')).toEqual(second)
  expect(await jsonlTip(folder, 'journal/other')).toBeUndefined()
  await store.delete('journal/Ä b')
  expect(await jsonlTip(folder, 'journal/Ä b')).toBeUndefined()
  await store.close?.()
})
