/** Each law is really watched: where the gate is taken out of a path, or two neighbours change places, the test of that turns red. */
import { beforeAll, describe, expect, test } from 'vitest'
import { LAWS, type Law } from './laws.ts'
import { type Ended, type Mutated, mutated } from './mutated.ts'

let sources: Mutated
beforeAll(() => {
  sources = mutated()
  return () => sources.close()
})

describe.each(Object.keys(LAWS) as readonly Law[])('the law of the %s', (law) => {
  const { mutants } = LAWS[law]
  let asTheyAre: Ended
  beforeAll(async () => void (asTheyAre = await sources.ending({ law })))

  test('holds as the sources are', () => {
    expect(asTheyAre).not.toEqual([])
    expect(asTheyAre.filter(({ status }) => status !== 'passed')).toEqual([])
  })

  test.each(mutants.map(({ kills }, index) => [index, kills] as const))('its mutant %i turns red: %s', async (mutant, kills) => {
    const files = new Set(asTheyAre.filter(({ title }) => title.startsWith(kills)).map(({ file }) => file))
    expect(files.size, 'files that hold the test').toBe(1)
    const ended = await sources.ending({ law, mutant, file: [...files].join() })
    expect(ended.filter(({ title }) => title.startsWith(kills))).toContainEqual(expect.objectContaining({ status: 'failed' }))
  })

  test.skipIf(law.startsWith('hook'))('every test of it has a mutant', () => {
    expect([...new Set(mutants.map(({ kills }) => kills))].toSorted()).toEqual(asTheyAre.map(({ title }) => title).toSorted())
  })
})
