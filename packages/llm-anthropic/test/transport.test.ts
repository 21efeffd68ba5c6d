/** How a request travels: what the SDK sends, what is done with the connection, and what hosts may change. */
import { getEventListeners, once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { userText, type Clock } from '@seamfold/core/kit'
import { anthropic } from '../src/index.ts'
import { provider, stream } from './support/provider.ts'
import { end, start, textBlock, toSse } from './support/stream.ts'
import { ask, askAll } from './support/talk.ts'

const hello = toSse([start(), ...textBlock(0, 'Hello'), ...end()])
const model = 'claude-sonnet-4-5'
const messages = [userText('Grüß Gott 🧭')]

describe('the request', () => {
  test('is the bytes that we wrote, passed through the SDK unchanged', async () => {
    await using server = await provider((response) => stream(response, hello))
    await ask(anthropic({ model, apiKey: 'key', baseURL: server.url, cache: 'off' }), { messages, tools: [] })
    expect(server.got.map(({ url, body }) => [url, body.toString()])).toEqual([
      [
        '/v1/messages',
        '{"model":"claude-sonnet-4-5","max_tokens":32000,"stream":true,"system":[{"type":"text","text":"Be brief."}],"messages":[{"role":"user","content":[{"type":"text","text":"Grüß Gott 🧭"}]}]}',
      ],
    ])
    expect(server.got[0]?.headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer key' })
  })

  test('goes to the same place however its base URL ends', async () => {
    await using server = await provider((response) => stream(response, hello))
    for (const ending of ['', '/', '/v1', '/v1/'])
      await ask(anthropic({ model, apiKey: 'key', baseURL: server.url + ending }), { messages })
    expect(new Set(server.got.map(({ url }) => url))).toEqual(new Set(['/v1/messages']))
  })

  test('carries the headers of the host, which may authenticate instead of a key, and its betas', async () => {
    await using server = await provider((response) => stream(response, hello))
    const headers = { 'x-api-key': 'gateway', 'x-team': 'blue', 'anthropic-version': '2023-06-01' }
    await ask(anthropic({ model, apiKey: '', baseURL: server.url, headers, betas: ['one', 'two'] }), { messages })
    expect(server.got[0]?.headers).toMatchObject({ ...headers, 'anthropic-beta': 'one,two' })
    expect(server.got[0]?.headers).not.toHaveProperty('authorization')
  })

  test('goes through the fetch of the host', async () => {
    const asked: string[] = []
    const fetch: typeof globalThis.fetch = async (input) => {
      asked.push(input instanceof Request ? input.url : input.toString())
      return new Response(hello, { headers: { 'content-type': 'text/event-stream' } })
    }
    const { message } = await ask(anthropic({ model, apiKey: 'key', baseURL: 'https://models.example', fetch }), { messages })
    expect(asked).toEqual(['https://models.example/v1/messages'])
    expect(message.content).toEqual([{ type: 'text', text: 'Hello' }])
  })

  test('is sent once, whatever the answer tells a client to do', async () => {
    await using server = await provider((response) => response.writeHead(529, { 'x-should-retry': 'true' }).end('{}'))
    await expect(ask(anthropic({ model, apiKey: 'key', baseURL: server.url }), { messages })).rejects.toMatchObject({
      code: 'llm_unavailable',
    })
    expect(server.got).toHaveLength(1)
  })
})

describe('the answer', () => {
  test('says how long it took, by the clock that it was given', async () => {
    let now = 1000
    const clock: Pick<Clock, 'now' | 'timer'> = { now: () => now, timer: () => () => undefined }
    await using server = await provider((response) => {
      now += 250
      return stream(response, hello)
    })
    const { meta } = await ask(anthropic({ model, apiKey: 'key', baseURL: server.url, clock }), { messages })
    expect(meta).toEqual({
      responseId: 'msg_1',
      responseModel: 'claude-sonnet-4-5-20250929',
      requestId: 'req_9',
      firstTokenMs: 250,
      durationMs: 250,
    })
  })

  test('comes in a batch for each network read, none of them held back', async () => {
    const events = [start(), ...textBlock(0, 'Hello'), ...end()]
    const seen = Promise.withResolvers<void>()
    await using server = await provider(async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(toSse(events.slice(0, 3)))
      await seen.promise
      response.end(toSse(events.slice(3)))
    })
    const batches = []
    for await (const batch of anthropic({ model, apiKey: 'key', baseURL: server.url }).stream(
      { system: '', messages, tools: [] },
      { signal: new AbortController().signal },
    )) {
      batches.push(batch.map(({ type }) => type))
      seen.resolve()
    }
    expect(batches).toEqual([['text_delta'], ['done']])
  })

  test('that is a page of something else says where to look', async () => {
    await using server = await provider((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'))
    await expect(ask(anthropic({ model, apiKey: 'key', baseURL: server.url }), { messages })).rejects.toMatchObject({
      code: 'llm_unavailable',
      message: expect.stringMatching(/text\/html.*baseURL/),
    })
  })

  test('may come in one piece of JSON, from a server that does not stream', async () => {
    const content = [
      { type: 'text', text: 'Hi' },
      { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
    ]
    const whole = {
      id: 'm',
      type: 'message',
      role: 'assistant',
      content,
      stop_reason: 'tool_use',
      usage: { input_tokens: 3, output_tokens: 4 },
    }
    await using server = await provider((response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole)),
    )
    const done = await ask(anthropic({ model, apiKey: 'key', baseURL: server.url }), { messages })
    expect(done).toMatchObject({ message: { content }, stopReason: 'tool_use', usage: { input: 3, output: 4 } })
  })

  test('that is an error with status 200 says so in the words of the server', async () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Busy' } }
    await using server = await provider((response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(error)),
    )
    await expect(ask(anthropic({ model, apiKey: 'key', baseURL: server.url }), { messages })).rejects.toMatchObject({
      code: 'llm_unavailable',
      message: expect.stringContaining('Busy'),
    })
  })

  test.each([
    [404, '404 page not found', 'Anthropic answered 404: 404 page not found (look at the options model and baseURL)'],
    [400, '', 'Anthropic answered 400: it gave no reason'],
  ])('that is a status of %i and no JSON says it once', async (status, body, message) => {
    await using server = await provider((response) => response.writeHead(status).end(body))
    await expect(ask(anthropic({ model, apiKey: 'key', baseURL: server.url }), { messages })).rejects.toMatchObject({ message })
  })

  test('that does not begin in time is a timeout', async () => {
    await using server = await provider(() => undefined)
    await expect(ask(anthropic({ model, apiKey: 'key', baseURL: server.url, timeoutMs: 20 }), { messages })).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
    })
  })

  test('of a server that is not there names the reason', async () => {
    const gone = await provider(() => undefined)
    await gone[Symbol.asyncDispose]()
    await expect(ask(anthropic({ model, apiKey: 'key', baseURL: gone.url }), { messages })).rejects.toMatchObject({
      code: 'llm_unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test('with an error in it still gives the deltas that came before', async () => {
    const broken = toSse([start(), ...textBlock(0, 'Hel'), { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }])
    await using server = await provider((response) => stream(response, broken))
    const seen: string[] = []
    const asked = (async () => {
      const client = anthropic({ model, apiKey: 'key', baseURL: server.url })
      for await (const batch of client.stream({ system: '', messages, tools: [] }, { signal: new AbortController().signal }))
        seen.push(...batch.map(({ type }) => type))
    })()
    await expect(asked).rejects.toMatchObject({ code: 'llm_unavailable' })
    expect(seen).toEqual(['text_delta'])
  })
})

describe('the connection', () => {
  test('is used again for the next request, though the end of the body comes after the answer', async () => {
    let finish = (): unknown => undefined
    await using server = await provider((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(hello)
      finish = () => response.end()
    })
    let ended = Promise.withResolvers<void>()
    // The client stops its timer when it has read the end.
    const clock: Pick<Clock, 'now' | 'timer'> = { now: () => 0, timer: () => () => ended.resolve() }
    const client = anthropic({ model, apiKey: 'key', baseURL: server.url, clock })
    for (let turn = 0; turn < 5; turn += 1) {
      ended = Promise.withResolvers()
      await askAll(client, { messages })
      finish()
      await ended.promise
    }
    // Node may open a second one before it has taken the first back.
    expect(server.connections).toBeLessThanOrEqual(2)
  })

  test('is closed when the answer is whole but its body goes on', async () => {
    const closed = Promise.withResolvers<void>()
    await using server = await provider((response) => {
      response.on('close', () => closed.resolve())
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(hello)
      response.write(': and on it goes\n\n'.repeat(5))
    })
    let expire = (): void => undefined
    const clock: Pick<Clock, 'now' | 'timer'> = {
      now: () => 0,
      timer: (_, callback) => {
        expire = callback
        return () => undefined
      },
    }
    await ask(anthropic({ model, apiKey: 'key', baseURL: server.url, clock }), { messages })
    expire()
    await expect(closed.promise).resolves.toBeUndefined()
  })

  test('leaves no listener on a signal that outlives many calls', async () => {
    await using server = await provider((response) => stream(response, hello))
    const client = anthropic({ model, apiKey: 'key', baseURL: server.url })
    const { signal } = new AbortController()
    for (let turn = 0; turn < 3; turn += 1)
      for await (const batch of client.stream({ system: '', messages, tools: [] }, { signal })) void batch
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('is closed when the signal fires in mid-answer, and when the reader leaves', async () => {
    for (const leave of ['abort', 'return'] as const) {
      const gone = Promise.withResolvers<void>()
      await using server = await provider(async (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(toSse([start(), ...textBlock(0, 'Hel')]))
        await once(response, 'close')
        gone.resolve()
      })
      const controller = new AbortController()
      const client = anthropic({ model, apiKey: 'key', baseURL: server.url })
      const batches = client.stream({ system: '', messages, tools: [] }, { signal: controller.signal })[Symbol.asyncIterator]()
      await batches.next()
      if (leave === 'abort') controller.abort(new Error('enough'))
      else await batches.return?.()
      await gone.promise
      expect(server.got).toHaveLength(1)
    }
  })
})
