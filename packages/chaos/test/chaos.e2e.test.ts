/** A small chaos run breaks no promise; and where something is wrong, it says so. */
import type { Envelope } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { formatChaos } from '../src/report.ts'
import { runChaos, type ChaosOptions } from '../src/run-chaos.ts'
import { StepWitness } from '../src/step-witness.ts'

const small: ChaosOptions = { workers: 3, steps: 40, capacity: 4, paceMs: 5, seed: 3, leases: false, maxRss: 400 * 1_048_576 }

test('workers are killed, stopped and cut off: every step has its outcome, every event and every effect once', async () => {
  const result = await runChaos(small)
  expect(result.violations).toEqual([])
  expect(result.completed + result.reported).toBe(40)
  expect(result.mischief.cuts + result.mischief.kills + result.mischief.stops).toBeGreaterThan(5)
  expect(result.facts).toBeGreaterThan(400)
  expect(formatChaos(result)).toMatch(/^violations +0$/m)
})

describe('what is wrong is found:', () => {
  test('effects that happen twice', async () => {
    const { violations } = await runChaos({ ...small, workers: 1, steps: 4, module: new URL('broken-worker.ts', import.meta.url) })
    expect(violations.join('\n')).toMatch(/^step step-\d: pay took effect 2 times in 1 calls$/m)
  })

  test('memory beyond what is allowed', async () => {
    const { violations } = await runChaos({ ...small, workers: 1, steps: 2, maxRss: 1000 })
    expect(violations).toEqual([
      expect.stringMatching(/^the workers took \d+ bytes of memory; 1000 are allowed$/),
      expect.stringMatching(/^the caller took \d+ bytes of memory; 1000 are allowed$/),
    ])
  })

  const place = { sessionId: 's', runId: 'r', timestamp: 0 }
  const fact = (cursor: string): Envelope => ({ ...place, cursor, durable: true, event: { type: 'turn_start', turn: 1, attempt: 1 } })
  const piece = (text: string, start: number): Envelope => ({
    ...place,
    cursor: '1',
    durable: false,
    event: { type: 'text_delta', text, turn: 1, attempt: 1, block: 0, start },
  })

  test('a fact that comes twice, and text that does', () => {
    const witness = new StepWitness()
    for (const each of [fact('1'), piece('one ', 0), piece('two', 4), piece('two', 4), fact('1')]) witness.see(each)
    expect(witness.violations).toEqual([
      'text came twice: piece 4 of turn 1, attempt 1, block 0, which stood at 7',
      'the fact 1 came twice',
    ])
  })

  test('an event after the outcome, and a second outcome', () => {
    const witness = new StepWitness()
    const outcome = { taskId: 'a', sessionId: 's', agent: 'default', output: '', success: true, status: 'completed' } as const
    const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
    witness.settle({ ...outcome, usage })
    witness.settle({ ...outcome, usage })
    witness.see(fact('1'))
    expect(witness.violations).toEqual(['it has two outcomes', 'an event came after the outcome'])
  })
})
