/** Large outputs go when no record names them any more, and not before. */
import { expect, test } from 'vitest'
import { createAgent, deleteSession, forkSession, memoryStore, sweepBlobs, tool } from '../../src/index.ts'
import type { BlobStore } from '../../src/kit.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'

function sweepable(): { readonly blobs: BlobStore; readonly texts: Map<string, string> } {
  const texts = new Map<string, string>()
  return {
    texts,
    blobs: {
      contract: 1,
      put: async (digest, text) => void texts.set(digest, text),
      get: async (digest) => texts.get(digest),
      async sweep({ isNeeded, minimumAgeMs }) {
        const left = minimumAgeMs > 0 ? [] : [...texts.keys()].filter((digest) => !isNeeded(digest))
        for (const digest of left) texts.delete(digest)
        return left.length
      },
    },
  }
}

test('a text is kept for every session that names it, also for a fork, and goes with the last', async () => {
  const store = memoryStore()
  const { blobs, texts } = sweepable()
  const print = tool({ name: 'print', description: 'Prints.', readOnly: true, execute: ({ of }: { of: string }) => of.repeat(300) })
  for (const of of ['a', 'b']) {
    const llm = scriptedLlm([[callOf('print', { of })], 'done'])
    const session = await createAgent({ llm, store, blobs, tools: [print], maxToolOutput: 100 }).session({ id: of })
    await (await session.send('go')).completed()
  }
  await forkSession(store, 'a', { id: 'fork' })
  await deleteSession(store, 'a')
  expect(await sweepBlobs(store, blobs, { minimumAgeMs: 0 })).toBe(0)
  await deleteSession(store, 'fork')
  expect(await sweepBlobs(store, blobs)).toBe(0)
  expect(await sweepBlobs(store, blobs, { minimumAgeMs: 0 })).toBe(1)
  expect([...texts.values()]).toEqual(['b'.repeat(300)])
})

test('texts that another store names stay, and so do those under names of another kind', async () => {
  const [store, other] = [memoryStore(), memoryStore()]
  const { blobs, texts } = sweepable()
  const digest = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
  await blobs.put(digest, 'test')
  await blobs.put('notes', 'mine')
  await other.append('journal/x', [`{"digest":"${digest}"}`], { expected: 0 })
  expect(await sweepBlobs([store, other], blobs, { minimumAgeMs: 0 })).toBe(0)
  expect(await sweepBlobs(store, blobs, { minimumAgeMs: 0 })).toBe(1)
  expect([...texts.keys()]).toEqual(['notes'])
})

test('blobs that cannot be swept, and an age that is none, are refused', async () => {
  const { blobs } = sweepable()
  const { sweep: _, ...fixed } = blobs
  await expect(sweepBlobs(memoryStore(), fixed)).rejects.toMatchObject({ code: 'unsupported' })
  await expect(sweepBlobs(memoryStore(), blobs, { minimumAgeMs: Number.NaN })).rejects.toMatchObject({ code: 'invalid_argument' })
})
