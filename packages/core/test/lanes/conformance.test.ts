/** `laneQueue` keeps the promises of its port, in memory and with a store, and the suite rejects every queue that breaks one. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { laneQueue, memoryStore } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { laneQueueMutants, laneQueueSuite, type LaneSubject, manualHost, runConformance } from '../../src/testing.ts'

const subject = (store?: SessionStore): LaneSubject => {
  const host = manualHost()
  return { make: (rules) => laneQueue({ ...rules, host, ...(store ? { store } : {}) }), advance: (ms) => host.clock.advance(ms) }
}

runConformance(laneQueueSuite, { name: 'laneQueue', create: () => subject() }, { describe, test })
runConformance(laneQueueSuite, { name: 'laneQueue with a store', create: () => subject(memoryStore()) }, { describe, test })

describe('a lane queue that', () => {
  test.concurrent.each(laneQueueMutants)('$name fails $killedBy', { timeout: 15_000 }, async ({ killedBy, mutate }) => {
    const judge = laneQueueSuite.cases.find(({ id }) => id === killedBy)
    await expect(judge?.run(mutate(subject()))).rejects.toThrow(/./)
  })
})

test('every case rejects at least one', () => {
  const killers = new Set(laneQueueMutants.map(({ killedBy }) => killedBy))
  expect(laneQueueSuite.cases.map(({ id }) => id).filter((id) => !killers.has(id))).toEqual([])
})

test('the contract of the port cites every case, and only those', () => {
  const port = readFileSync(new URL('../../src/ports/lane-queue.ts', import.meta.url), 'utf8')
  const cited = [...port.matchAll(/\[([^\]]*lane\.[^\]]*)\]/g)].flatMap(([, ids = '']) => ids.split(', '))
  expect(cited.toSorted()).toEqual(laneQueueSuite.cases.map(({ id }) => id).toSorted())
})
