/** A step that is asked for again: how often, for how long, and how its events are joined to those that were seen. */
import { failedStep, type AgentStepSpec, type ExecuteOptions, type StepOutcome } from '@seamfold/core/kit'
import { manualHost } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import type { StepResult } from '../src/client/open-steps.ts'
import { pursue } from '../src/client/pursue.ts'
import { eventOf, never, outcomeOf, specOf } from './support/steps.ts'

const spec = specOf('a')
const lost: StepResult = { outcome: failedStep(spec, 'The worker is gone'), fate: 'lost', journal: 'shared' }
const settled = (outcome: StepOutcome): StepResult => ({ outcome, fate: 'settled' })
const held = settled({ ...failedStep(spec, 'Session is held by another'), code: 'session_held' })

type Scene = (options: ExecuteOptions, count: number) => StepResult

async function played(
  scene: Scene,
  { listening = true } = {},
): Promise<{
  readonly outcome: StepOutcome
  readonly seen: readonly string[]
  readonly asked: readonly (string | undefined)[]
  readonly tookMs: number
}> {
  const host = manualHost()
  const seen: string[] = []
  const asked: (string | undefined)[] = []
  const attempt = async (_spec: AgentStepSpec, options: ExecuteOptions, journal: string | undefined): Promise<StepResult> => {
    asked.push(journal)
    return scene(options, asked.length)
  }
  const onEvent: ExecuteOptions['onEvent'] = ({ cursor, durable, event }) =>
    void seen.push(durable ? cursor : `live ${event.type === 'text_delta' ? event.text : ''}`)
  const options: ExecuteOptions = { signal: never(), ...(listening && { onEvent }) }
  const before = host.clock.now()
  const state = { over: false }
  const running = pursue(attempt, spec, { options, host }).finally(() => (state.over = true))
  while (!state.over) {
    await new Promise((resolve) => setImmediate(resolve))
    await host.clock.advance(1000)
  }
  return { outcome: await running, seen, asked, tookMs: host.clock.now() - before }
}

const fact = ({ onEvent }: ExecuteOptions, ...indices: readonly number[]): void => {
  for (const index of indices) onEvent?.(eventOf(spec, index, { durable: true }))
}
const live = ({ onEvent }: ExecuteOptions, text: string): void => onEvent?.(eventOf(spec, 99, { text }))

describe('a step that is asked for again', () => {
  test('tells no fact twice and misses none, and its live events start where the facts do', async () => {
    const { outcome, seen, asked } = await played((options, count) => {
      if (count === 1) {
        fact(options, 1, 2)
        live(options, 'half a se')
        return lost
      }
      live(options, 'before')
      fact(options, 1, 2, 3)
      live(options, 'after')
      fact(options, 4)
      return settled(outcomeOf(spec, 'done'))
    })
    expect(outcome.output).toBe('done')
    expect(seen).toEqual(['a/1', 'a/2', 'live half a se', 'a/3', 'live after', 'a/4'])
    expect(asked).toEqual([undefined, 'shared'])
  })

  test('goes on as long as each worker gets it further', async () => {
    const { outcome, seen } = await played((options, count) => {
      fact(options, ...Array.from({ length: count }, (_, index) => index))
      return count < 20 ? lost : settled(outcomeOf(spec, 'done'))
    })
    expect(outcome.output).toBe('done')
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => `a/${index}`))
  })

  test('goes on as long as each worker gets it further, also where nobody listens', async () => {
    const { outcome, seen } = await played(
      (options, count) => {
        fact(options, ...Array.from({ length: count }, (_, index) => index))
        return count < 20 ? lost : settled(outcomeOf(spec, 'done'))
      },
      { listening: false },
    )
    expect([outcome.output, seen]).toEqual(['done', []])
    const stuck = await played((options) => (fact(options, 1), lost), { listening: false })
    expect(stuck.outcome.output).toContain('in a row without getting anywhere')
    expect(stuck.asked).toHaveLength(7)
  })

  test('is given up, in words, when it ends one worker after the other without getting anywhere', async () => {
    const { outcome, asked } = await played((options) => {
      fact(options, 1)
      return lost
    })
    expect(outcome).toMatchObject({
      status: 'failed',
      output: 'The worker is gone. Asked for again: it was lost 6 times in a row without getting anywhere',
    })
    expect(asked).toHaveLength(6)
  })

  test('waits for the lease of the worker that is gone, and not for ever', async () => {
    const patient = await played((_options, count) => (count === 1 ? lost : count < 9 ? held : settled(outcomeOf(spec, 'done'))))
    expect(patient.outcome.output).toBe('done')
    const hopeless = await played((_options, count) => (count === 1 ? lost : held))
    expect(hopeless.outcome.output).toBe('The worker is gone. Asked for again: Session is held by another')
    expect(hopeless.tookMs).toBeGreaterThan(90_000)
    expect(hopeless.tookMs).toBeLessThan(120_000)
  })

  test('waits as long for the next worker that is gone, when one in between got it further', async () => {
    const { outcome, tookMs } = await played((options, count) => {
      if (count % 50 !== 1) return count === 149 ? settled(outcomeOf(spec, 'done')) : held
      fact(options, ...Array.from({ length: count }, (_, index) => index))
      return lost
    })
    expect(outcome.output).toBe('done')
    expect(tookMs).toBeGreaterThan(180_000)
  })

  test('is asked for again when a worker that was thought to be gone has taken it back', async () => {
    const taken = settled({ ...failedStep(spec, 'Session was taken by another writer'), code: 'session_lost' })
    const { outcome, seen } = await played((options, count) => {
      fact(options, ...Array.from({ length: count }, (_, index) => index))
      return count === 1 ? lost : count === 2 ? taken : settled(outcomeOf(spec, 'done'))
    })
    expect(outcome.output).toBe('done')
    expect(seen).toEqual(['a/0', 'a/1', 'a/2'])
  })

  test('is not asked for again when nobody lost it, whatever it says', async () => {
    expect((await played(() => held)).asked).toEqual([undefined])
  })
})
