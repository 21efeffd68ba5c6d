/** Capacity, the queue, draining, closing, and signs of life. */
import { createServer, type AddressInfo } from 'node:net'
import { manualHost } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { useEnds } from './support/ends.ts'
import { execute, hello } from './support/raw-caller.ts'
import { executorOf, gate, never, outcomeOf, specOf, streaming } from './support/steps.ts'

const ends = useEnds()

/** Steps that wait until they are let go, and a list of those that have started. */
function held(): {
  readonly started: string[]
  readonly executor: ReturnType<typeof executorOf>
  letGo(taskId: string): void
  stops(taskId: string): Promise<void>
} {
  const gates = new Map<string, ReturnType<typeof gate>>()
  const stopped = new Map<string, ReturnType<typeof gate>>()
  const of = (map: typeof gates, taskId: string): ReturnType<typeof gate> => {
    const found = map.get(taskId) ?? gate()
    map.set(taskId, found)
    return found
  }
  const started: string[] = []
  return {
    started,
    letGo: (taskId) => of(gates, taskId).open(),
    stops: (taskId) => of(stopped, taskId).opened,
    executor: executorOf(async (spec, { signal }) => {
      started.push(spec.taskId)
      signal.addEventListener('abort', () => of(stopped, spec.taskId).open())
      await of(gates, spec.taskId).opened
      return outcomeOf(spec, 'ok')
    }),
  }
}

describe('capacity', () => {
  test('is told to callers, and steps beyond it wait in order', async () => {
    const { executor, started, letGo } = held()
    const serving = await ends.serve(executor, { capacity: 2 })
    const caller = ends.call(serving.url)
    expect(caller.concurrencyHint).toBe(8)
    const running = ['a', 'b', 'c', 'd'].map((taskId) => caller.executeStep(specOf(taskId), { signal: never() }))
    await expect.poll(() => serving.steps).toBe(4)
    expect(caller.concurrencyHint).toBe(2)
    expect(started).toEqual(['a', 'b'])
    letGo('b')
    await running[1]
    expect(started).toEqual(['a', 'b', 'c'])
    for (const taskId of ['a', 'c', 'd']) letGo(taskId)
    await Promise.all(running)
    expect(started).toEqual(['a', 'b', 'c', 'd'])
    expect(serving.steps).toBe(0)
  })

  test('beyond the queue a step is refused in words, without being started', async () => {
    const { executor, started, letGo } = held()
    const serving = await ends.serve(executor, { capacity: 1, maxQueued: 1 })
    const caller = ends.call(serving.url)
    const first = caller.executeStep(specOf('a'), { signal: never() })
    await expect.poll(() => started).toEqual(['a'])
    const second = caller.executeStep(specOf('b'), { signal: never() })
    const { output } = await caller.executeStep(specOf('c'), { signal: never() })
    expect(output).toBe(`The worker at ${serving.url} did not start the step: it is full: 1 steps run and 1 wait`)
    letGo('a')
    letGo('b')
    await Promise.all([first, second])
    expect(started).toEqual(['a', 'b'])
  })

  test('beyond the bytes that may wait a step is refused too, until some of them are gone', async () => {
    const { executor, started, letGo } = held()
    const serving = await ends.serve(executor, { capacity: 1, maxQueuedBytes: 1500 })
    const caller = ends.call(serving.url)
    const ask = (taskId: string): ReturnType<typeof caller.executeStep> =>
      caller.executeStep(specOf(taskId, 'x'.repeat(1000)), { signal: never() })
    const first = ask('a')
    const second = ask('b')
    await expect.poll(() => serving.steps).toBe(2)
    expect((await ask('c')).output).toMatch(/it is full: 1 steps run and 1 wait, with 1\d\d\d bytes$/)
    letGo('a')
    await first
    await expect.poll(() => started).toEqual(['a', 'b'])
    const third = ask('d')
    for (const taskId of ['b', 'd']) letGo(taskId)
    expect([(await second).output, (await third).output]).toEqual(['ok', 'ok'])
  })

  test('a step that is cancelled while it waits is never started', async () => {
    const { executor, started, letGo } = held()
    const serving = await ends.serve(executor, { capacity: 1 })
    const caller = ends.call(serving.url)
    const first = caller.executeStep(specOf('a'), { signal: never() })
    const controller = new AbortController()
    const second = caller.executeStep(specOf('b'), { signal: controller.signal })
    await expect.poll(() => serving.steps).toBe(2)
    controller.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    await expect.poll(() => serving.steps).toBe(1)
    letGo('a')
    await first
    expect(started).toEqual(['a'])
  })

  test('a cancelled step keeps its place until its work has really stopped', async () => {
    const { executor, started, letGo, stops } = held()
    const serving = await ends.serve(executor, { capacity: 1 })
    const caller = ends.call(serving.url)
    const controller = new AbortController()
    const deaf = caller.executeStep(specOf('deaf'), { signal: controller.signal })
    const next = caller.executeStep(specOf('next'), { signal: never() })
    await expect.poll(() => started).toEqual(['deaf'])
    controller.abort(new Error('enough'))
    await expect(deaf).rejects.toThrow('enough')
    await stops('deaf')
    expect(started).toEqual(['deaf'])
    letGo('deaf')
    letGo('next')
    await next
  })
})

describe('draining', () => {
  test('lets steps end, refuses those that wait and new ones, and resolves when all is said', async () => {
    const { executor, started, letGo } = held()
    const serving = await ends.serve(executor, { capacity: 1 })
    const caller = ends.call(serving.url)
    const running = caller.executeStep(specOf('running'), { signal: never() })
    const waiting = caller.executeStep(specOf('waiting'), { signal: never() })
    await expect.poll(() => serving.steps).toBe(2)
    let drained = false
    const draining = serving.drain().then(() => (drained = true))
    const refusal = `The worker at ${serving.url} did not start the step: it is draining and takes no new steps`
    expect((await waiting).output).toBe(refusal)
    expect((await caller.executeStep(specOf('new'), { signal: never() })).output).toBe(refusal)
    expect((await ends.call(serving.url).executeStep(specOf('stranger'), { signal: never() })).output).toBe(refusal)
    expect(drained).toBe(false)
    letGo('running')
    expect((await running).output).toBe('ok')
    await draining
    expect(started).toEqual(['running'])
  })

  test('stops waiting when its signal fires', async () => {
    const { executor } = held()
    const serving = await ends.serve(executor)
    void ends.call(serving.url).executeStep(specOf('a'), { signal: never() })
    await expect.poll(() => serving.steps).toBe(1)
    const controller = new AbortController()
    const draining = serving.drain({ signal: controller.signal })
    controller.abort(new Error('no longer'))
    await expect(draining).rejects.toThrow('no longer')
  })
})

describe('closing', () => {
  test('the worker stops its steps, and their callers learn at once', async () => {
    const { executor, started, stops } = held()
    const serving = await ends.serve(executor)
    const running = ends.call(serving.url).executeStep(specOf('a'), { signal: never() })
    await expect.poll(() => started).toEqual(['a'])
    await Promise.all([serving.close(), serving.close(), stops('a')])
    expect((await running).output).toBe(`The worker at ${serving.url} was closed: what the step did after its last event is not known`)
  })

  test('waits for nobody who has not introduced himself, and takes no introduction any more', async () => {
    const system = manualHost()
    const serving = await ends.serve(streaming(1), { system })
    const caller = await ends.raw(serving.url)
    const closing = serving.close()
    caller.say(hello)
    expect(await caller.closed).toEqual({ code: 4503, reason: 'the worker was closed' })
    expect(caller.heard('welcome')).toEqual([])
    await closing
  })

  test('the caller stops its steps over there, which fail here in words', async () => {
    const { executor, started, stops } = held()
    const serving = await ends.serve(executor)
    const caller = ends.call(serving.url)
    const running = caller.executeStep(specOf('a'), { signal: never() })
    await expect.poll(() => started).toEqual(['a'])
    await Promise.all([caller.close(), caller.close(), stops('a')])
    expect((await running).output).toContain(`This executor of ${serving.url} was closed`)
    const after = await caller.executeStep(specOf('b'), { signal: never() })
    expect(after).toMatchObject({ status: 'failed', output: expect.stringContaining('this executor was closed') as string })
  })

  test('also ends what `await using` holds', async () => {
    const { executor } = held()
    let url: string
    {
      await using serving = await ends.serve(executor)
      await using caller = ends.call(serving.url)
      url = serving.url
      void caller.executeStep(specOf('a'), { signal: never() })
      await expect.poll(() => serving.steps).toBe(1)
    }
    await expect(ends.raw(url)).rejects.toThrow('ECONNREFUSED')
  })
})

describe('signs of life', () => {
  test('a caller that gives none is cut, and its steps go on for the grace period', async () => {
    const system = manualHost()
    const { executor, started } = held()
    const serving = await ends.serve(executor, { system, heartbeatMs: 1000 })
    const caller = await ends.raw(serving.url, { autoPong: false })
    caller.say(hello)
    await caller.hear('welcome')
    caller.say(execute(1, 'a'))
    await expect.poll(() => started).toEqual(['a'])
    await system.clock.advance(2000)
    expect(caller.socket.readyState).toBe(caller.socket.OPEN)
    await system.clock.advance(1000)
    expect((await caller.closed).code).toBe(1006)
    expect(serving.steps).toBe(1)
  })

  test('a caller that answers is not cut', async () => {
    const system = manualHost()
    const serving = await ends.serve(streaming(1), { system, heartbeatMs: 1000 })
    const caller = await ends.raw(serving.url)
    for (let beat = 0; beat < 5; beat++) {
      const pinged = new Promise((resolve) => caller.socket.once('ping', resolve))
      await system.clock.advance(1000)
      await pinged
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(caller.socket.readyState).toBe(caller.socket.OPEN)
  })

  test('a caller finds out that nothing comes any more, and goes on over another connection', async () => {
    const goOn = gate()
    const system = manualHost()
    const serving = await ends.serve(
      executorOf(async (spec) => {
        await goOn.opened
        return outcomeOf(spec, 'ok')
      }),
    )
    let swallowing = false
    const proxy = await ends.proxy(serving.url, (data, { connection }) => ({ pieces: swallowing && connection === 0 ? [] : [data] }))
    const running = ends.call(proxy.url, { system, heartbeatMs: 1000 }).executeStep(specOf('a'), { signal: never() })
    await expect.poll(() => serving.steps).toBe(1)
    swallowing = true
    goOn.open()
    await expect.poll(() => serving.steps).toBe(0)
    await system.clock.advance(3000)
    expect((await running).output).toBe('ok')
    expect(proxy.connections).toBe(2)
  })

  test('a step can be cancelled while its worker is being reached', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const controller = new AbortController()
    const caller = ends.call(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const running = caller.executeStep(specOf('a'), { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    await caller.close()
    await new Promise((resolve) => server.close(resolve))
  })
})
