/** Model calls that fail: tried again when that may help, as late as the provider asks, and not for ever. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AgentError, createAgent, type RetryOptions, type Run, tool } from '../../src/index.ts'
import { httpError, retryAfterMs } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect, eventsOf, pass } from './runs.ts'

const overloaded = (): AgentError => new AgentError('llm_unavailable', 'overloaded')
const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })

function start(replies: readonly ScriptedReply[], retry?: RetryOptions, random = 0.5) {
  const host = { ...manualHost(), random: () => random }
  const llm = scriptedLlm(replies)
  return { host, llm, agent: createAgent({ llm, host, tools: [look], ...(retry === undefined ? {} : { retry }) }) }
}

/** Milliseconds between one attempt and the next. */
async function pauses(run: Run): Promise<readonly number[]> {
  const starts = (await collect(run)).flatMap(({ event, timestamp }) => (event.type === 'turn_start' ? [timestamp] : []))
  return starts.slice(1).map((at, index) => at - (starts[index] ?? 0))
}

describe('a model call that fails for now', () => {
  test.each(['llm_unavailable', 'llm_rate_limited', 'timeout'] as const)(
    'with %s is made again, a little later each time',
    async (code) => {
      const { host, agent } = start([new AgentError(code, 'not now'), new AgentError(code, 'not now'), 'here I am'])
      const run = await agent.run('go')
      expect(await pass(run.completed(), host.clock)).toMatchObject({ text: 'here I am' })
      expect(await pauses(run)).toEqual([500, 1000])
      expect(await eventsOf(run, 'turn_start')).toMatchObject([1, 2, 3].map((attempt) => ({ turn: 1, attempt })))
    },
  )

  test('tells readers what happened and when it goes on', async () => {
    const { host, agent } = start([overloaded(), 'here I am'])
    const run = await agent.run('go')
    const retries = eventsOf(run, 'model_retry')
    await pass(run.completed(), host.clock)
    expect(await retries).toEqual([
      { type: 'model_retry', turn: 1, attempt: 1, code: 'llm_unavailable', message: 'overloaded', delayMs: 500 },
    ])
  })

  test('is made five times and no more: then the run fails with what the provider said', async () => {
    const { host, llm, agent } = start(Array.from({ length: 9 }, overloaded))
    const run = await agent.run('go')
    expect(await pass(run.result, host.clock)).toMatchObject({
      status: 'failed',
      error: { code: 'llm_unavailable', message: 'overloaded' },
    })
    expect(llm.requests).toHaveLength(5)
    expect(await pauses(run)).toEqual([500, 1000, 2000, 4000])
  })

  test('is made as often as the agent says, and waits 30 seconds at most', { timeout: 30_000 }, async () => {
    const { host, llm, agent } = start(Array.from({ length: 20 }, overloaded), { attempts: 10 })
    const run = await agent.run('go')
    await pass(run.result, host.clock)
    expect(llm.requests).toHaveLength(10)
    expect(await pauses(run)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  })

  test('waits for its own time: a quarter more or less, so that not all come back at once', async () => {
    for (const [random, pause] of [
      [0, 375],
      [0.999_999, 625],
    ] as const) {
      const { host, agent } = start([overloaded(), 'here I am'], {}, random)
      const run = await agent.run('go')
      await pass(run.completed(), host.clock)
      expect(await pauses(run)).toEqual([pause])
    }
  })

  test('has its tries in every turn', async () => {
    const four = Array.from({ length: 4 }, overloaded)
    const { host, agent } = start([...four, [callOf('look')], ...four, 'here I am'])
    expect(await pass((await agent.run('go')).completed(), host.clock)).toMatchObject({ text: 'here I am' })
  })

  test('leaves nothing of what it had said', async () => {
    const host = manualHost()
    const llm = scriptedLlm(['half of i', 'all of it'])
    const run = await createAgent({ llm: { ...llm, stream: cutOnce(llm.stream) }, host }).run('go')
    let shown = ''
    const reading = (async () => {
      for await (const { event } of run) {
        if (event.type === 'turn_start') shown = ''
        if (event.type === 'text_delta') shown = `${shown.padEnd(event.start, '?').slice(0, event.start)}${event.text}`
      }
    })()
    expect(await pass(run.completed(), host.clock)).toMatchObject({ text: 'all of it', usage: { output: 1 } })
    await reading
    expect(shown).toBe('all of it')
    expect(await pauses(run)).toEqual([500])
  })

  test('is not made again when the run is cancelled meanwhile', async () => {
    const { host, llm, agent } = start([overloaded(), 'never'])
    const run = await agent.run('go')
    await host.clock.advance(200)
    expect(await run.cancel('enough')).toBe(true)
    await host.clock.advance(5000)
    expect(llm.requests).toHaveLength(1)
    expect(host.clock.pending).toBe(0)
  })
})

type Stream = ReturnType<typeof scriptedLlm>['stream']

/** The first stream breaks off behind its text. */
function cutOnce(stream: Stream): Stream {
  let calls = 0
  return async function* (...args) {
    const first = calls++ === 0
    for await (const batch of stream(...args)) {
      if (first && batch.some(({ type }) => type === 'done')) return
      yield batch
    }
  }
}

describe('a provider that says when to come back', () => {
  const limited = (retryAfter: string, now: number): AgentError =>
    httpError({ status: 429, provider: 'Somebody', message: 'slow down', retryAfter, now })

  test.each([
    ['in seconds', () => '7'],
    ['as a date', (now: number) => new Date(now + 7000).toUTCString()],
  ])('is taken at its word, %s', async (_, retryAfter) => {
    const { host, agent } = start([() => limited(retryAfter(host.clock.now()), host.clock.now()), 'here I am'], {}, 0)
    const run = await agent.run('go')
    await pass(run.completed(), host.clock)
    expect(await pauses(run)).toEqual([7000])
  })

  test('may ask for five minutes, and not for more', { timeout: 30_000 }, async () => {
    const patient = start([() => limited('300', patient.host.clock.now()), 'here I am'])
    const run = await patient.agent.run('go')
    await pass(run.completed(), patient.host.clock, 10_000)
    expect(await pauses(run)).toEqual([300_000])
    const { llm, agent } = start([() => limited('301', 0), 'never'])
    expect(await (await agent.run('go')).result).toMatchObject({
      status: 'failed',
      error: { code: 'llm_rate_limited', retryable: true, message: 'Somebody answered 429: slow down' },
    })
    expect(llm.requests).toHaveLength(1)
  })

  test('may not ask for more than the agent waits', async () => {
    const { llm, agent } = start([() => limited('3', 0), 'never'], { maxDelayMs: 2000 })
    expect((await (await agent.run('go')).result).status).toBe('failed')
    expect(llm.requests).toHaveLength(1)
  })
})

describe('a model call that can never succeed', () => {
  test.each([
    ['refused', new AgentError('llm_rejected', 'bad request')],
    ['unauthorized', new AgentError('llm_unauthorized', 'no key')],
    ['too long', new AgentError('context_overflow', 'too long')],
    ['out of quota', new AgentError('llm_rate_limited', 'pay first', { retryable: false })],
    ['not one of our errors', new TypeError('x is not a function')],
  ])('is made once: %s', async (_, error) => {
    const { llm, agent } = start([error, 'never'])
    const result = await (await agent.run('go')).result
    expect(result).toMatchObject({ status: 'failed', error: { message: expect.stringContaining(error.message) } })
    expect(llm.requests).toHaveLength(1)
  })
})

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1)

  test.each([
    ['0', 0],
    ['1', 1000],
    ['1.5', 1500],
    [' 2 ', 2000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 23:59:59 GMT', 0],
    ['', undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['Infinity', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('%j is %j milliseconds', (value, wait) => {
    expect(retryAfterMs(value, now)).toBe(wait)
  })

  test('never comes to a time before now', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String)), (value) => {
        const wait = retryAfterMs(value, now)
        expect(wait === undefined || (wait >= 0 && Number.isFinite(wait))).toBe(true)
      }),
    )
  })
})
