/** What is wrong with the rules of lanes is refused with the setting's name; who only listens or weighs breaks nothing. */
import { describe, expect, test } from 'vitest'
import { createAgent, laneQueue, type LaneQueueOptions } from '../../src/index.ts'
import { manualHost, scriptedLlm } from '../../src/testing.ts'
import { caller } from '../../src/testing/lane-scene.ts'

describe('rules that make no sense', () => {
  test.each([
    [{ qurey: {} }, /'laneQueue' has no setting 'qurey'/],
    [{ query: { concurency: 1 } }, /'query' has no setting 'concurency'/],
    [{ query: { concurrency: 0 } }, /'query\.concurrency' must be a whole number from 1; it is 0/],
    [{ query: { concurrency: 1.5 } }, /query\.concurrency/],
    [{ concurrency: -1 }, /'concurrency'/],
    [{ query: { rate: { calls: 0, perMs: 10 } } }, /query\.rate\.calls/],
    [{ query: { rate: { calls: 1 } } }, /query\.rate\.perMs/],
    [{ query: { waitMs: Number.NaN } }, /query\.waitMs/],
    [{ query: { waitMs: 2 ** 31 } }, /query\.waitMs/],
    [{ query: { handler: 'elsewhere' } }, /internal, external or hybrid; it is "elsewhere"/],
    [{ query: { retry: { tries: 3 } } }, /'query\.retry' has no setting 'tries'/],
    [{ tools: { bash: 'fast' } }, /'tools\.bash' must be one of control, query, execute, generate; it is "fast"/],
    [{ boostMs: 0 }, /boostMs/],
    [{ maxDeadLetters: 0 }, /maxDeadLetters/],
  ])('%j are refused', (rules, words) => {
    expect(() => laneQueue(rules as LaneQueueOptions)).toThrow(words)
  })

  test('are refused as an option of an agent, too, where they are not a queue', () => {
    expect(() => createAgent({ llm: scriptedLlm([]), lanes: { query: {} } as never })).toThrow(/'lanes' must be an adapter of contract 1/)
  })
})

test('a listener that throws and weights that are none leave the lane as it is', async () => {
  const host = manualHost()
  const onAlert = (): never => {
    throw new Error('the pager is down')
  }
  const weights = (session: string): number => ({ a: 0, b: Number.NaN, c: Infinity })[session] ?? -1
  const call = caller(laneQueue({ host, query: { concurrency: 1, alertDepth: 2 }, onAlert, weights }))
  const calls = ['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd'].map((session, index) => call(`${index}`, { session }))
  for (let turn = 0; turn < 8; turn++) {
    await host.clock.advance(0)
    calls.find(({ attempts, ended }) => attempts.length > 0 && ended() === undefined)?.finish()
  }
  await Promise.all(calls.map(({ outcome }) => outcome))
  const told = calls.flatMap(({ events }) => events.filter(({ type }) => type === 'persistence_failed'))
  expect(told.length).toBeGreaterThan(0)
  for (const event of told) expect(event).toMatchObject({ operation: "alert of lane 'query'", error: 'the pager is down' })
})
