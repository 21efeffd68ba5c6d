/** The suite that every blob store has to pass. */
import type { BlobStore } from '../ports/blob-store.ts'
import { assert, assertEqual } from './assert.ts'
import type { Suite } from './conformance.ts'

const DIGEST = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
const OTHER = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Give it a fresh, empty blob store for each case. */
export const blobStoreSuite: Suite<BlobStore> = {
  seam: 'BlobStore',
  cases: [
    {
      id: 'blob.put',
      title: 'a text is kept under its digest; putting it again, also at the same time, changes nothing',
      async run(blobs) {
        await Promise.all([blobs.put(DIGEST, 'test'), blobs.put(DIGEST, 'test')])
        await blobs.put(DIGEST, 'test')
        await blobs.put(OTHER, '')
        assertEqual(await blobs.get(DIGEST), 'test', 'the text')
        assertEqual(await blobs.get(OTHER), '', 'an empty text')
      },
    },
    {
      id: 'blob.get',
      title: 'a text comes back to the letter; an unknown digest gives undefined',
      async run(blobs) {
        assertEqual(await blobs.get(DIGEST), undefined, 'an unknown digest')
        const text = 'a\0b \ud800 😀 é e\u0301\r\n'
        await blobs.put(DIGEST, text)
        assertEqual(await blobs.get(DIGEST), text, 'the text')
        assertEqual(await blobs.get(OTHER), undefined, 'another digest')
      },
    },
    {
      id: 'blob.digests',
      title: 'each of many digests keeps its own text, also where they differ in one character',
      async run(blobs) {
        const digests = Array.from(
          DIGEST,
          (character, index) => DIGEST.slice(0, index) + (character === '0' ? '1' : '0') + DIGEST.slice(index + 1),
        )
        for (const digest of digests) await blobs.put(digest, `text of ${digest}`)
        assertEqual(await blobs.get(DIGEST), undefined, 'a digest that looks like all of them')
        for (const digest of digests) assertEqual(await blobs.get(digest), `text of ${digest}`, digest)
      },
    },
    {
      id: 'blob.large',
      title: 'a text of ten million characters is kept',
      async run(blobs) {
        const large = 'seamfold💾'.repeat(1_000_000)
        await blobs.put(DIGEST, large)
        assert((await blobs.get(DIGEST)) === large, 'the text came back changed')
      },
    },
    {
      id: 'blob.sweep',
      title: 'a sweep removes what nobody needs and what is old enough, and nothing else',
      async run(blobs) {
        if (blobs.sweep === undefined) return
        await blobs.put(DIGEST, 'needed')
        await blobs.put(OTHER, 'left')
        const isNeeded = (digest: string): boolean => digest === DIGEST
        assertEqual(await blobs.sweep({ isNeeded, minimumAgeMs: 3_600_000 }), 0, 'how many of the last hour it removed')
        assertEqual(await blobs.get(OTHER), 'left', 'what was put just now')
        assertEqual(await blobs.sweep({ isNeeded, minimumAgeMs: 0 }), 1, 'how many it removed')
        assertEqual(await blobs.get(DIGEST), 'needed', 'what is needed')
        assertEqual(await blobs.get(OTHER), undefined, 'what nobody needs')
        await blobs.put(OTHER, 'again')
        assertEqual(await blobs.get(OTHER), 'again', 'what was put again')
      },
    },
  ],
}
