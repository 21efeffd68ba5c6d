/** Wherever a connection is cut, a step goes on, and its events arrive exactly once and in order. */
import { manualHost } from '@seamfold/core/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { throughCuts, type Passage } from './support/cuts.ts'
import { useEnds } from './support/ends.ts'
import type { Direction } from './support/proxy.ts'
import { execute, hello, type Frame } from './support/raw-caller.ts'
import { eventOf, executorOf, gate, never, outcomeOf, specOf, streaming } from './support/steps.ts'

const ends = useEnds()

const told = ({ events, outcome }: Passage): readonly string[] => [...events.map(({ cursor }) => cursor), outcome.output]
const whole = (count: number): readonly string[] => [...Array.from({ length: count }, (_, index) => `cut/${index}`), `streamed ${count}`]

describe('a step whose connection is cut', () => {
  test.each(['up', 'down'] as const)(
    'arrives whole for every position of the bytes that go %s',
    async (direction) => {
      const count = 3
      const { run, carried } = await throughCuts(ends, streaming(count))
      await run([])
      const bytes = carried()[direction]
      expect(bytes).toBeGreaterThan(400)
      for (let at = 1; at <= bytes; at++)
        expect(told(await run([{ direction, at }])), `cut ${direction} at byte ${at}`).toEqual(whole(count))
    },
    60_000,
  )

  test('arrives whole however often and wherever it is cut', async () => {
    const count = 40
    const { run } = await throughCuts(ends, streaming(count))
    const cut = fc.record({ direction: fc.constantFrom<Direction>('up', 'down'), at: fc.integer({ min: 1, max: 4000 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { maxLength: 6 }), async (cuts) => {
        expect(told(await run(cuts))).toEqual(whole(count))
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  test('goes on at the worker while nobody is connected', async () => {
    const goOn = gate()
    const done = gate()
    const serving = await ends.serve(
      executorOf(async (spec, { onEvent }) => {
        onEvent(eventOf(spec, 0))
        await goOn.opened
        onEvent(eventOf(spec, 1))
        done.open()
        return outcomeOf(spec, 'went on')
      }),
    )
    const proxy = await ends.proxy(serving.url)
    const seen: string[] = []
    const first = gate()
    const running = ends.call(proxy.url).executeStep(specOf('alone'), {
      signal: never(),
      onEvent({ cursor }) {
        seen.push(cursor)
        first.open()
      },
    })
    await first.opened
    proxy.refuse(true)
    proxy.cutAll()
    goOn.open()
    await done.opened
    proxy.refuse(false)
    expect((await running).output).toBe('went on')
    expect(seen).toEqual(['alone/0', 'alone/1'])
  })

  test('is cancelled at the worker even if the cancel falls into the gap', async () => {
    const started = gate()
    const stopped = gate()
    const serving = await ends.serve(
      executorOf((_spec, { signal }) => {
        started.open()
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stopped.open()
            reject(signal.reason as Error)
          })
        })
      }),
    )
    const proxy = await ends.proxy(serving.url)
    const controller = new AbortController()
    const running = ends.call(proxy.url).executeStep(specOf('unwanted'), { signal: controller.signal })
    await started.opened
    proxy.refuse(true)
    proxy.cutAll()
    controller.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    proxy.refuse(false)
    await stopped.opened
  })
})

describe('a caller that does not come back', () => {
  test('has its steps stopped when the grace period is over, not before', async () => {
    const manual = manualHost()
    const stopped = gate()
    let aborted = false
    const serving = await ends.serve(
      executorOf((_spec, { signal }) => {
        signal.addEventListener('abort', () => {
          aborted = true
          stopped.open()
        })
        return new Promise(() => {})
      }),
      { system: manual, graceMs: 5000 },
    )
    const caller = await ends.raw(serving.url)
    caller.say(hello)
    const { session } = await caller.hear('welcome')
    caller.say(execute(1, 'a'))
    await expect.poll(() => serving.steps).toBe(1)
    caller.socket.terminate()
    await expect.poll(() => manual.clock.pending).toBe(1)
    await manual.clock.advance(4999)
    expect(aborted).toBe(false)
    await manual.clock.advance(1)
    await stopped.opened
    const late = await ends.raw(serving.url)
    late.say({ ...hello, resume: { session, received: 0 } })
    expect(await late.hear('welcome')).toMatchObject({ resumed: false })
  })

  test('cannot be impersonated: only the same identity goes on with a session', async () => {
    const serving = await ends.serve(streaming(1), { authenticate: ({ token }) => token })
    const as = (name: string): { headers: Record<string, string> } => ({ headers: { authorization: `Bearer ${name}` } })
    const alice = await ends.raw(serving.url, as('alice'))
    alice.say(hello)
    const { session } = await alice.hear('welcome')
    const resume: Frame = { ...hello, resume: { session, received: 0 } }
    const mallory = await ends.raw(serving.url, as('mallory'))
    mallory.say(resume)
    expect(await mallory.hear('welcome')).toMatchObject({ resumed: false })
    const again = await ends.raw(serving.url, as('alice'))
    again.say(resume)
    expect(await again.hear('welcome')).toMatchObject({ resumed: true, session })
    expect(await alice.closed).toEqual({ code: 4409, reason: 'the session goes on over a newer connection' })
  })
})
