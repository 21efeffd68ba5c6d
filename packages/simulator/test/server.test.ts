/** The server itself: what it records, how it waits, resets and closes. */
import { createServer } from 'node:net'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { answer, react, script, startSimulator, text } from '../src/index.ts'
import type { Conversation, Scenario, Simulator, SimulatorOptions } from '../src/index.ts'
import { openAiClient } from './clients.ts'
import { manualClock } from './manual-clock.ts'
import { anthropicHeaders, openAiHeaders, sender } from './verdict.ts'

let simulator: Simulator
afterEach(() => simulator?.close())

const start = async (scenario: Scenario, options: Omit<SimulatorOptions, 'scenario'> = {}): Promise<Simulator> => {
  simulator = await startSimulator({ scenario, ...options })
  return simulator
}

const chat = (body: object = {}) =>
  sender(
    `${simulator.openaiBaseUrl}/chat/completions`,
    openAiHeaders,
  )({ model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hi' }], ...body })

test('requests are recorded with their verdict and usage, without secrets, as copies', async () => {
  await start(() => text('Hello there'))
  await chat()
  await chat({ temperature: 9 })
  const [first, second] = simulator.requests
  expect(first).toMatchObject({
    number: 1,
    api: 'chat',
    method: 'POST',
    verdict: { status: 'accepted' },
    usage: { output: 3, cacheRead: 0 },
  })
  expect(first?.headers['authorization']).toBe('[hidden]')
  expect(second?.verdict).toMatchObject({ status: 'refused', httpStatus: 400, rule: 'chat.sampling_range' })
  Object.assign(first?.body as object, { model: 'changed' })
  expect(simulator.requests[0]?.body).toMatchObject({ model: 'gpt-4.1' })
})

test('only the last requests are kept when there are many', async () => {
  await start(() => text('Hi'), { keepRequests: 2 })
  for (let at = 0; at < 4; at += 1) await chat()
  expect(simulator.requests.map(({ number }) => number)).toEqual([3, 4])
})

test('a script plays its steps, names a request too many, and knows when it is complete', async () => {
  const played = script([text('one'), react(({ request }) => text(`two is request ${request}`))])
  await start(played)
  expect(() => played.assertComplete()).toThrow('has 2 steps, but only 0 were asked for')
  await chat()
  expect((await chat()).json.choices[0]?.message['content']).toBe('two is request 2')
  expect(played.remaining).toBe(0)
  played.assertComplete()
  const extra = await chat()
  expect(extra.status).toBe(500)
  expect(extra.json.error?.message).toContain('all were played, but request 3 (chat, model gpt-4.1) ends with a user message of text')
  expect(simulator.requests.at(-1)?.verdict.status).toBe('scenario_error')
  expect(() => played.assertComplete()).toThrow('more requests came: request 3')
})

test('a script that is over is not asked again by a client that retries', async () => {
  await start(script([]))
  const retrying = openAiClient(simulator).withOptions({ maxRetries: 3 })
  await expect(retrying.chat.completions.create({ model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hi' }] })).rejects.toThrow(
    'all were played',
  )
  expect(simulator.requests).toHaveLength(1)
})

test('reset forgets, and starts the scenario anew or another one', async () => {
  await start(script([text('first')]))
  await chat()
  simulator.reset()
  expect(simulator.requests).toEqual([])
  expect((await chat()).json.choices[0]?.message['content']).toBe('first')
  simulator.reset({ scenario: () => text('other') })
  expect((await chat()).json.choices[0]?.message['content']).toBe('other')
})

test('the same seed and requests give the same ids, and another body gives others', async () => {
  const idsOf = async (seed: string, content: string): Promise<string> => {
    const server = await startSimulator({ scenario: () => text('Hi'), seed })
    const send = sender(`${server.url}/v1/messages`, anthropicHeaders)
    const { json } = await send({ model: 'claude-haiku-4-5', max_tokens: 9, messages: [{ role: 'user', content }] })
    await server.close()
    return json.id
  }
  await start(() => text('Hi'))
  expect(await idsOf('a', 'Hi')).toBe(await idsOf('a', 'Hi'))
  expect(await idsOf('a', 'Hi')).not.toBe(await idsOf('b', 'Hi'))
  expect(await idsOf('a', 'Hi')).not.toBe(await idsOf('a', 'Ho'))
})

test('latency goes through the clock: before the first byte and between chunks', async () => {
  const clock = manualClock()
  await start(() => answer(text('a b'), { pace: { firstByteMs: 500, betweenChunksMs: 20, chunkBytes: 400 } }), { clock })
  const over = chat({ stream: true }).then(
    () => 0,
    () => 0,
  )
  expect(await clock.nextSleep()).toBe(500)
  clock.advance(500)
  let sleeps = 0
  for (let slept = await clock.nextSleep(); slept !== 0; slept = await Promise.race([clock.nextSleep(), over])) {
    expect(slept).toBe(20)
    sleeps += 1
    clock.advance(20)
  }
  expect(sleeps).toBeGreaterThan(1)
  expect(simulator.requests[0]?.verdict.status).toBe('accepted')
})

test('a client that goes away wakes the scenario and the sleeper', async () => {
  const clock = manualClock()
  let seen: Conversation | undefined
  const asked = Promise.withResolvers<void>()
  await start(
    async (conversation) => {
      seen = conversation
      asked.resolve()
      await once(conversation.signal, 'abort')
      return text('too late')
    },
    { clock },
  )
  const controller = new AbortController()
  const response = fetch(`${simulator.openaiBaseUrl}/chat/completions`, {
    method: 'POST',
    headers: openAiHeaders,
    body: JSON.stringify({ model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hi' }] }),
    signal: controller.signal,
  })
  await asked.promise
  controller.abort()
  await expect(response).rejects.toThrow('aborted')
  if (seen?.signal.aborted === false) await once(seen.signal, 'abort')
  expect(seen?.signal.aborted).toBe(true)
})

test('closing twice is fine, and ends connections that are open', async () => {
  const asked = Promise.withResolvers<void>()
  await start(async (conversation) => {
    asked.resolve()
    await once(conversation.signal, 'abort')
    return text('late')
  })
  const pending = chat().then(
    () => 'answered',
    () => 'ended',
  )
  await asked.promise
  await Promise.all([simulator.close(), simulator.close()])
  expect(await pending).toBe('ended')
})

test('it closes by itself at the end of a block', async () => {
  let url = ''
  {
    await using inner = await startSimulator({ scenario: () => text('Hi') })
    url = inner.url
  }
  await expect(fetch(url)).rejects.toThrow('fetch failed')
  await start(() => text('Hi'))
})

test('a port that is taken is refused with the way out', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await expect(startSimulator({ scenario: () => text('Hi'), port })).rejects.toThrow(`Port ${port} is in use`)
  other.close()
  await start(() => text('Hi'))
})

test('keys can be required, unknown paths name the known ones, and large bodies are refused', async () => {
  await start(() => text('Hi'), { apiKeys: ['right'] })
  expect((await chat()).json.error).toMatchObject({ code: 'invalid_api_key' })
  const right = { authorization: 'Bearer right' }
  const lost = await fetch(`${simulator.url}/v1/embeddings`, { method: 'POST', headers: right, body: '{}' })
  expect(lost.status).toBe(404)
  expect(await lost.text()).toContain('/v1/responses')
  const large = await fetch(`${simulator.openaiBaseUrl}/responses`, { method: 'POST', headers: right, body: 'x'.repeat(33 * 1024 * 1024) })
  expect(large.status).toBe(413)
})
