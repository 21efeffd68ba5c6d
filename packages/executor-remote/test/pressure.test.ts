/** Buffers are bounded: who does not read holds up his own work, and is told what he missed. */
import { manualHost } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { useEnds } from './support/ends.ts'
import { execute, hello, type RawCaller } from './support/raw-caller.ts'
import { eventOf, executorOf, gate, never, outcomeOf, specOf } from './support/steps.ts'

const ends = useEnds()
const filler = 'x'.repeat(1000)

/** Reads what was withheld: everything that the other end has to say is acknowledged as it comes. */
function acknowledgeAll({ socket }: RawCaller): void {
  socket.on('message', (data: Buffer) => {
    for (const line of data.toString().split('\n')) {
      const { seq } = JSON.parse(line) as { seq?: number }
      if (seq !== undefined) socket.send(JSON.stringify({ type: 'ack', received: seq }))
    }
  })
}

describe('a caller that does not acknowledge', () => {
  test('misses live events but no facts, and is told how many', async () => {
    const emitted = gate()
    const goOn = gate()
    const serving = await ends.serve(
      executorOf(async (spec, { onEvent }) => {
        for (let index = 0; index < 300; index++) onEvent(eventOf(spec, index, { durable: index % 10 === 0, text: filler }))
        emitted.open()
        await goOn.opened
        onEvent(eventOf(spec, 300))
        return outcomeOf(spec, 'ok')
      }),
      { maxBufferBytes: 200_000 },
    )
    const caller = await ends.raw(serving.url)
    caller.say(hello)
    await caller.hear('welcome')
    caller.say(execute(1, 'a'))
    await emitted.opened
    acknowledgeAll(caller)
    await expect.poll(() => caller.heard('event').length).toBeGreaterThan(100)
    await expect.poll(() => serving.steps).toBe(1)
    goOn.open()
    await caller.hear('outcome')
    const events = caller.heard('event') as unknown as readonly { skipped?: number; envelope: { timestamp: number; durable: boolean } }[]
    const facts = events.filter(({ envelope }) => envelope.durable).map(({ envelope }) => envelope.timestamp)
    expect(facts).toEqual(Array.from({ length: 30 }, (_, index) => index * 10))
    const skipped = events.reduce((sum, event) => sum + (event.skipped ?? 0), 0)
    expect(skipped).toBeGreaterThan(100)
    expect(events.length + skipped).toBe(301)
  })

  test('has a step stopped whose facts no longer fit, in words', async () => {
    const stopped = gate()
    const serving = await ends.serve(
      executorOf(async (spec, { signal, onEvent }) => {
        signal.addEventListener('abort', stopped.open)
        for (let index = 0; index < 300; index++) onEvent(eventOf(spec, index, { durable: true, text: filler }))
        await stopped.opened
        return outcomeOf(spec, 'never said')
      }),
      { maxBufferBytes: 100_000 },
    )
    const caller = await ends.raw(serving.url)
    caller.say(hello)
    await caller.hear('welcome')
    caller.say(execute(1, 'a'))
    const { outcome } = await caller.hear('outcome')
    expect(outcome).toMatchObject({
      status: 'failed',
      output: expect.stringMatching(
        /^Step a was stopped, since an event cannot be sent: the caller has not read 100\d\d\d bytes$/,
      ) as string,
    })
    await stopped.opened
  })

  test('has no further step started until it reads', async () => {
    const started: string[] = []
    const full = gate()
    const serving = await ends.serve(
      executorOf(async (spec, { onEvent }) => {
        started.push(spec.taskId)
        if (spec.taskId === 'a') for (let index = 0; index < 60; index++) onEvent(eventOf(spec, index, { durable: true, text: filler }))
        full.open()
        return outcomeOf(spec, 'ok')
      }),
      { maxBufferBytes: 100_000 },
    )
    const caller = await ends.raw(serving.url)
    caller.say(hello)
    await caller.hear('welcome')
    caller.say(execute(1, 'a'))
    await full.opened
    await caller.hear('outcome')
    caller.say(execute(2, 'b'))
    await expect.poll(() => serving.steps).toBe(1)
    expect(started).toEqual(['a'])
    caller.say({ type: 'ack', received: 61 })
    await caller.hear('outcome')
    expect(started).toEqual(['a', 'b'])
  })

  test('of a network that stands still does not fill the memory of the worker', async () => {
    const emitted = gate()
    const serving = await ends.serve(
      executorOf(async (spec, { onEvent }) => {
        for (let index = 0; index < 5000; index++) {
          if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
          onEvent(eventOf(spec, index, { text: filler.repeat(10) }))
        }
        emitted.open()
        return outcomeOf(spec, 'ok')
      }),
      { maxBufferBytes: 1_000_000 },
    )
    const caller = await ends.raw(serving.url)
    caller.say(hello)
    await caller.hear('welcome')
    caller.socket.pause()
    const before = process.memoryUsage().external + process.memoryUsage().heapUsed
    caller.say(execute(1, 'a'))
    await emitted.opened
    const after = process.memoryUsage().external + process.memoryUsage().heapUsed
    expect(after - before).toBeLessThan(30_000_000)
  })
})

describe('a worker that does not read', () => {
  test('makes further steps wait at the caller, where they can be cancelled', async () => {
    const serving = await ends.serve(executorOf(async (spec) => outcomeOf(spec, 'ok')))
    let holding = false
    const held: (() => void)[] = []
    const proxy = await ends.proxy(serving.url, (data, { direction }) =>
      direction === 'up' && holding ? { pieces: [data], after: new Promise((resolve) => held.push(resolve)) } : { pieces: [data] },
    )
    const executor = ends.call(proxy.url, { maxBufferBytes: 10_000 })
    await executor.executeStep(specOf('first'), { signal: never() })
    holding = true
    const sent = executor.executeStep(specOf('sent', filler.repeat(20)), { signal: never() })
    const controller = new AbortController()
    const waiting = executor.executeStep(specOf('waiting'), { signal: controller.signal })
    const patient = executor.executeStep(specOf('patient'), { signal: never() })
    await expect.poll(() => held.length).toBeGreaterThan(0)
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    holding = false
    for (const release of held) release()
    expect([(await sent).output, (await patient).output]).toEqual(['ok', 'ok'])
  })

  test('is not sent a step that it could not read', async () => {
    const serving = await ends.serve(
      executorOf(async (spec) => outcomeOf(spec, 'ok')),
      { maxMessageBytes: 5000 },
    )
    const executor = ends.call(serving.url)
    await executor.executeStep(specOf('first'), { signal: never() })
    const { status, output } = await executor.executeStep(specOf('large', filler.repeat(5)), { signal: never() })
    expect(status).toBe('failed')
    expect(output).toMatch(/^Step large cannot be sent to a worker: it takes 5\d\d\d bytes, and the other end reads at most 5000$/)
  })
})

describe('what cannot be sent back', () => {
  const nested = JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) as never
  test.each([
    [
      'too large',
      { output: filler.repeat(20) },
      /^The outcome of step a cannot be sent: it takes 20\d\d\d bytes, and the other end reads at most 10000$/,
    ],
    ['too deep', { structured: nested }, /^The outcome of step a cannot be sent: it is nested more than 128 deep$/],
    ['no JSON', { structured: 1n as never }, /^The outcome of step a cannot be sent: it cannot be written as JSON \(.*BigInt\)$/],
  ])('is an outcome that is %s: the step fails in words', async (_what, part, words) => {
    const serving = await ends.serve(executorOf(async (spec) => ({ ...outcomeOf(spec, 'ok'), ...part })))
    const { status, output } = await ends.call(serving.url, { maxMessageBytes: 10_000 }).executeStep(specOf('a'), { signal: never() })
    expect(status).toBe('failed')
    expect(output).toMatch(words)
  })
})

test('more frames than the rate allows wait until their time has come', async () => {
  const system = manualHost()
  let started = 0
  const serving = await ends.serve(
    executorOf(async (spec) => {
      started += 1
      return outcomeOf(spec, 'ok')
    }),
    { system, maxFramesPerSecond: 10, capacity: 100 },
  )
  const caller = await ends.raw(serving.url)
  caller.say(hello)
  await caller.hear('welcome')
  for (let seq = 1; seq <= 9; seq++) caller.say(execute(seq, `early-${seq}`))
  await expect.poll(() => started).toBe(9)
  for (let seq = 10; seq <= 12; seq++) caller.say(execute(seq, `late-${seq}`))
  await caller.hear('outcome')
  expect(started).toBe(9)
  await system.clock.advance(1000)
  await expect.poll(() => started).toBe(12)
})
