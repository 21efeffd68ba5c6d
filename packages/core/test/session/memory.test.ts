/** Memory that stays bounded: slow readers, many runs, signals that live longer than what used them, sessions that nobody holds. */
import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { AgentError, type AgentEvent, createAgent, type Envelope, memoryStore, policy, tool } from '../../src/index.ts'
import { Hub } from '../../src/journal/hub.ts'
import { Journal } from '../../src/journal/journal.ts'
import type { LlmClient, LlmEvent } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect } from '../middleware/runs.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Bytes in use once what is garbage is gone. */
async function heap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await tick()
    collectGarbage()
  }
  return process.memoryUsage().heapUsed
}

const DELTAS = 200_000
const PER_READ = 50

/** A model that says a great deal; before it is done it waits for the test to look. */
function talkative(look: () => Promise<void>): LlmClient {
  return {
    contract: 1,
    model: { provider: 'talkative', id: 'talkative' },
    async *stream(): AsyncGenerator<readonly LlmEvent[]> {
      const parts: string[] = []
      for (let read = 0; read < DELTAS / PER_READ; read++) {
        const batch: LlmEvent[] = []
        for (let index = 0; index < PER_READ; index++) {
          const text = `${(read * PER_READ + index) % 10}`
          parts.push(text)
          batch.push({ type: 'text_delta', block: 0, text })
        }
        yield batch
        if (read % 20 === 0) await tick()
      }
      await look()
      const usage = { input: 1, output: DELTAS, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
      yield [
        { type: 'done', message: { role: 'assistant', content: [{ type: 'text', text: parts.join('') }] }, usage, stopReason: 'end_turn' },
      ]
    },
  }
}

/** The text after one more event. */
function textAfter(text: string, event: AgentEvent): string {
  if (event.type === 'text_delta') return event.start === text.length ? text + event.text : text.slice(0, event.start) + event.text
  if (event.type === 'turn_snapshot') return event.blocks.map((block) => (block.type === 'text' ? block.text : '')).join('')
  return text
}

async function firstDelta(reader: AsyncIterator<Envelope>): Promise<void> {
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) if (next.value.event.type === 'text_delta') return
}

describe('a reader that stops reading', () => {
  /** What is in use behind 200,000 deltas, with so many readers that heard the first one and then nothing more. */
  async function after(stalled: number) {
    let used = 0
    const before = await heap()
    const agent = createAgent({ llm: talkative(async () => void (used = (await heap()) - before)) })
    const session = await agent.session()
    const run = await session.send('talk')
    const readers = Array.from({ length: stalled }, (_, index) => (index % 2 === 0 ? run : session.events())[Symbol.asyncIterator]())
    await Promise.all(readers.map(firstDelta))
    let heard = 0
    const listening = (async () => {
      for await (const { event } of run) if (event.type === 'text_delta') heard += event.text.length
    })()
    await run.completed()
    await listening
    return { used, heard, readers }
  }

  test('costs a few megabytes at the most, and holds nobody up', { timeout: 60_000 }, async () => {
    await after(0) // what is compiled and cached once is no reader's cost
    const alone = await after(0)
    const beside = await after(6)
    expect([alone.heard, beside.heard]).toEqual([DELTAS, DELTAS])
    expect((beside.used - alone.used) / 2 ** 20).toBeLessThan(5)
  })

  test('gets all the facts when it comes back, and what was said as one piece', { timeout: 60_000 }, async () => {
    const looked = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const run = await createAgent({
      llm: talkative(async () => {
        looked.resolve()
        await goOn.promise
      }),
    }).run('talk')
    const reader = run[Symbol.asyncIterator]()
    const envelopes: Envelope[] = []
    const heard = { text: '' }
    const take = async (): Promise<boolean> => {
      const { done, value } = await reader.next()
      if (done === true) return false
      envelopes.push(value)
      heard.text = textAfter(heard.text, value.event)
      return true
    }
    while (heard.text === '') await take()
    await looked.promise
    while (heard.text.length < DELTAS && (await take()));
    expect(heard.text).toBe('0123456789'.repeat(DELTAS / 10))
    expect(envelopes.length).toBeLessThan(5000)
    goOn.resolve()
    while (await take());
    const facts = envelopes.filter(({ durable }) => durable).map(({ event }) => event.type)
    expect(facts).toEqual(['agent_start', 'run_prepared', 'turn_start', 'turn_end', 'agent_end', 'session_released'])
    await run.completed()
  })
})

describe('a place to begin reading from', () => {
  test('is forgotten by the session when it has fallen behind, so that many runs cost nothing for ever', async () => {
    const host = manualHost()
    const hub = new Hub(await Journal.open({ store: memoryStore(), sessionId: 's', host }), host)
    const marks = Array.from({ length: 100 }, () => new WeakRef(hub.mark()))
    const event = { type: 'persistence_failed', operation: 'x', error: 'y' } as const
    for (let n = 0; n < 5000; n++) hub.publishLive([event], 'run')
    await heap()
    expect(marks.filter((mark) => mark.deref() !== undefined)).toEqual([])
    expect(hub.tail.count).toBe(5000)
  })

  test('of a run that has ended still shows the whole run', async () => {
    const session = await createAgent({ llm: scriptedLlm(['first', 'much later '.repeat(500)], { chunk: 1 }) }).session()
    const first = await session.send('a')
    await first.completed()
    await (await session.send('b')).completed()
    const facts = (await collect(first)).filter(({ durable }) => durable).map(({ event }) => event.type)
    expect(facts).toEqual(['agent_start', 'run_prepared', 'turn_start', 'turn_end', 'agent_end', 'session_released'])
  })
})

describe('a signal that lives longer than what used it', () => {
  const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

  test.each<[string, readonly ScriptedReply[], string]>([
    ['completed', [[callOf('look')], 'done'], 'completed'],
    ['failed', [new TypeError('broken')], 'failed'],
    ['waits', [[callOf('ask')]], 'suspended'],
  ])('keeps no listener of a run that has %s', async (_, replies, status) => {
    const { signal } = new AbortController()
    const look = tool({ name: 'look', description: 'Looks.', execute: () => 'seen' })
    const ask = tool({ name: 'ask', description: 'Asks.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'ok' })
    const session = await createAgent({
      llm: scriptedLlm(replies),
      tools: [look, ask],
      store: memoryStore(),
      retry: { attempts: 1 },
    }).session()
    const run = await session.send('go', { signal })
    const reading = Promise.all([collect(run.events({ signal })), collect(run.events({ signal }))])
    expect((await run.result).status).toBe(status)
    await reading
    await session.resume({ signal }).then((resumed) => resumed?.result)
    await tick()
    expect(listeners(signal)).toBe(0)
  })

  test('keeps none of a run that it cancelled, nor of one that was refused', async () => {
    const control = new AbortController()
    const hang = tool({
      name: 'hang',
      description: 'Hangs.',
      execute: (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
    })
    const session = await createAgent({
      llm: scriptedLlm([[callOf('hang')]]),
      tools: [hang],
      permissions: policy({ default: 'allow' }),
    }).session()
    const run = await session.send('go', { signal: control.signal })
    await expect(session.send('me too', { signal: control.signal })).rejects.toMatchObject({ code: 'session_busy' })
    for await (const { event } of run) if (event.type === 'tool_execution_start') break
    control.abort(new Error('the page was left'))
    expect(await run.result).toMatchObject({ status: 'cancelled', reason: 'the page was left' })
    expect(listeners(control.signal)).toBe(0)
    await expect(session.send('again', { signal: control.signal })).rejects.toThrow('the page was left')
  })

  test('keeps none of a run that could not begin', async () => {
    const { signal } = new AbortController()
    const inner = memoryStore()
    const broken = new AgentError('store_unavailable', 'disk full', { retryable: false })
    const store = { ...inner, append: (key: string) => (key.startsWith('journal/') ? Promise.reject(broken) : Promise.resolve()) }
    const session = await createAgent({ llm: scriptedLlm([]), store }).session()
    await expect(session.send('go', { signal })).rejects.toThrow('disk full')
    expect(listeners(signal)).toBe(0)
  })

  test('keeps none of readers that left, nor of a step', async () => {
    const { signal } = new AbortController()
    const agent = createAgent({ llm: scriptedLlm(['one', 'two']) })
    const session = await agent.session()
    await (await session.send('go')).completed()
    for await (const { event } of session.events({ signal })) if (event.type === 'agent_end') break
    await collect(session.events({ signal, follow: false }))
    await agent.executor().executeStep({ taskId: 't', agent: 'default', description: 'd', prompt: 'go' }, { signal, onEvent: () => {} })
    expect(listeners(signal)).toBe(0)
  })

  test('serves hundreds of runs, one after the other, with no more listeners than one', { timeout: 30_000 }, async () => {
    const { signal } = new AbortController()
    const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })
    const session = await createAgent({
      llm: scriptedLlm(Array.from({ length: 400 }, (_, n) => (n % 2 ? 'done' : [callOf('look')]))),
      tools: [look],
    }).session()
    for (let n = 0; n < 200; n++) {
      const run = await session.send('go', { signal })
      expect(listeners(signal)).toBe(1)
      await run.completed()
    }
    expect(listeners(signal)).toBe(0)
  })
})

describe('a session that nobody holds', () => {
  test('is forgotten when it runs nothing', async () => {
    const agent = createAgent({ llm: scriptedLlm(['done']) })
    await (async () => {
      const session = await agent.session({ id: 's' })
      await (await session.send('go')).completed()
    })()
    expect(agent.listSessions()).toEqual(['s'])
    // What the engine still holds of the last calls is let go of sooner or later.
    for (let collection = 0; collection < 50 && agent.listSessions().length > 0; collection++) await heap()
    expect(agent.listSessions()).toEqual([])
  })

  test('is not forgotten while somebody reads it: what happens next is heard as it happens', async () => {
    const agent = createAgent({ llm: scriptedLlm(['hello there']) })
    const reader = (await agent.session({ id: 's' })).events()[Symbol.asyncIterator]()
    const first = reader.next()
    await heap()
    expect(agent.listSessions()).toEqual(['s'])
    await (await (await agent.session({ id: 's' })).send('go')).completed()
    expect((await first).done).toBe(false)
    await firstDelta(reader)
    expect((await reader.next()).value).toMatchObject({ durable: false, event: { type: 'text_delta' } })
    await reader.return?.()
  })

  test('is not forgotten while it works', async () => {
    const begun = Promise.withResolvers<void>()
    const released = Promise.withResolvers<string>()
    const wait = tool({ name: 'wait', description: 'Waits.', execute: () => (begun.resolve(), released.promise) })
    const store = memoryStore()
    const agent = createAgent({ llm: scriptedLlm([[callOf('wait')], 'done']), tools: [wait], store })
    await (async () => void (await (await agent.session({ id: 's' })).send('go')))()
    await begun.promise
    await heap()
    expect(agent.listSessions()).toEqual(['s'])
    released.resolve('go on')
    expect(await (await agent.session({ id: 's' })).currentRun?.completed()).toMatchObject({ text: 'done' })
  })
})
