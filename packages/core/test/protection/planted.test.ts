/** A secret comes out of no path of an agent: not to models, hooks, people, readers, nor into the store. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plant } from './planted.ts'
import { written } from './writing.ts'

const SECRET = 'tq9/Zk+4"vWm7 pLx2'

/** Where it is found, also as it stands in the JSON of a record. */
const holding = (texts: readonly string[], core: string): readonly string[] =>
  texts.filter((text) => text.includes(core) || text.includes(JSON.stringify(core).slice(1, -1))).map((text) => text.slice(0, 300))

describe('a planted secret', () => {
  test('is nowhere, and everything goes on', async () => {
    const { texts, given, statuses } = await plant({ secret: SECRET, written: SECRET, chunk: 5 })
    expect(holding(texts, SECRET)).toEqual([])
    expect(texts.filter((text) => text.includes('[redacted:PLANTED]')).length).toBeGreaterThan(20)
    expect(given).toEqual([{ text: `${SECRET}-offered`, list: [{ deep: `x ${SECRET}-offered y` }] }])
    expect(statuses).toEqual(['completed', 'failed', 'same', 'completed', 'failed'])
  })

  test('is nowhere, however it is written and in whatever pieces it comes', { timeout: 30_000 }, async () => {
    const value = fc.stringMatching(/^[A-Za-z0-9+/=_.:@"'\\ -]{10,40}$/).filter((text) => new Set(text.trim()).size > 6)
    await fc.assert(
      fc.asyncProperty(value, fc.nat(13), fc.integer({ min: 1, max: 40 }), async (secret, way, chunk) => {
        const { text, core } = written(secret, way)
        const { texts, statuses } = await plant({ secret, written: text, chunk })
        expect(holding(texts, core)).toEqual([])
        expect(statuses).toEqual(['completed', 'failed', 'same', 'completed', 'failed'])
      }),
      { numRuns: 40 },
    )
  })
})
