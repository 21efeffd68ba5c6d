/** How requests travel: what is sent, on which connection, and how they are stopped. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import type { LlmEvent } from '@seamfold/core/kit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openai, type OpenAiOptions } from '../src/index.ts'
import { openStream, startProvider, streaming, type Play, type Provider } from './provider.ts'
import { asking, eventsOf, sse } from './reading.ts'

const chatHello = sse(
  { id: 'c', choices: [{ delta: { content: 'Hello' } }] },
  { id: 'c', choices: [{ delta: {}, finish_reason: 'stop' }] },
  '[DONE]',
)
const responsesHello = sse(
  { type: 'response.output_text.delta', output_index: 0, delta: 'Hello' },
  { type: 'response.completed', response: { status: 'completed' } },
)

async function provider(play: Play): Promise<Provider> {
  const started = await startProvider(play)
  onTestFinished(() => started.close())
  return started
}

const clientOf = ({ baseURL }: Provider, options: Partial<OpenAiOptions> = {}): ReturnType<typeof openai> =>
  openai({ model: 'test-model', apiKey: 'sk-test', baseURL, ...options })

describe('a request', () => {
  test.each([
    ['chat', '/v1/chat/completions', chatHello],
    ['responses', '/v1/responses', responsesHello],
  ] as const)('in mode %s is the bytes that were put together, sent once to %s by the SDK', async (mode, path, answer) => {
    const server = await provider(streaming(answer, { 'x-request-id': 'req_7' }))
    const end = (await eventsOf(clientOf(server, { mode }), asking('Grüße'))).at(-1)
    expect(end).toMatchObject({ type: 'done', meta: { requestId: 'req_7' } })
    expect(server.asked).toHaveLength(1)
    const [asked] = server.asked
    expect(asked).toMatchObject({ path, body: { model: 'test-model', stream: true } })
    expect(asked?.headers).toMatchObject({
      authorization: 'Bearer sk-test',
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(asked?.text ?? '')),
    })
    expect(asked?.headers['user-agent']).toMatch(/^OpenAI\/JS/)
  })

  test('carries headers, organization, project and a key that is asked for each time', async () => {
    const server = await provider(streaming(chatHello))
    const keys = ['one', 'two']
    const client = clientOf(server, {
      apiKey: async () => keys.shift() ?? '',
      organization: 'org-1',
      project: 'proj-1',
      headers: { 'x-team': 'blue', 'user-agent': null },
    })
    await eventsOf(client)
    await eventsOf(client)
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer one', 'Bearer two'])
    expect(server.asked[0]?.headers).toMatchObject({ 'openai-organization': 'org-1', 'openai-project': 'proj-1', 'x-team': 'blue' })
    expect(String(server.asked[0]?.headers['user-agent'])).not.toMatch(/OpenAI/)
  })

  test('goes through a fetch of the user as bytes that nobody wrote anew', async () => {
    const server = await provider(streaming(chatHello))
    const bodies: unknown[] = []
    const own: typeof fetch = (input, init) => {
      bodies.push(init?.body)
      return fetch(input, init)
    }
    await eventsOf(clientOf(server, { fetch: own }))
    expect(bodies).toEqual([expect.any(Uint8Array)])
  })

  test('joins a base URL that ends in a slash', async () => {
    const server = await provider(streaming(chatHello))
    await eventsOf(clientOf(server, { baseURL: `${server.baseURL}/` }))
    expect(server.asked[0]?.path).toBe('/v1/chat/completions')
  })

  test.each([
    ['chat', chatHello],
    ['responses', responsesHello],
  ] as const)(
    'in mode %s leaves its connection to the next one, although the reader stops before the server does',
    async (mode, answer) => {
      let open: ServerResponse | undefined
      const server = await provider((response) => void (open = openStream(response)).write(answer))
      const client = clientOf(server, { mode })
      for (let round = 0; round < 4; round++) {
        for await (const batch of client.stream(asking('Hello'), { signal: new AbortController().signal }))
          if (batch.at(-1)?.type === 'done') break
        const closed = once(open!, 'close')
        open?.end()
        await closed
        // The client sees the end some turns of the loop after the server does.
        for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
      }
      expect(server.asked).toHaveLength(4)
      expect(server.connections()).toBeLessThanOrEqual(2)
    },
  )

  test('is done at [DONE], whenever the server may close the connection', async () => {
    const server = await provider((response) => void openStream(response).write(chatHello))
    expect((await eventsOf(clientOf(server))).at(-1)).toMatchObject({ type: 'done' })
    await server.left
  })

  test('is one for many that run at once, without mixing', async () => {
    const server = await provider((response, { body }) => {
      const [, user] = body['messages'] as { content: string }[]
      openStream(response).end(
        sse(...[...(user?.content ?? '')].map((letter) => ({ choices: [{ delta: { content: letter } }] })), {
          choices: [{ delta: {}, finish_reason: 'stop' }],
        }),
      )
    })
    const client = clientOf(server)
    const words = ['one fish', 'two fish', 'red fish', 'blue fish']
    const answers = await Promise.all(words.map((word) => eventsOf(client, asking(word))))
    expect(answers.map((events) => events.at(-1))).toMatchObject(words.map((text) => ({ message: { content: [{ text }] } })))
  })
})

const begin = (server: Provider, signal: AbortSignal): AsyncIterator<readonly LlmEvent[]> => {
  const answer = clientOf(server).stream(asking('Hello'), { signal })
  return answer[Symbol.asyncIterator]()
}

describe('stopping', () => {
  const talking: Play = (response) => void openStream(response).write(sse({ choices: [{ delta: { content: 'Hel' } }] }))
  const silent: Play = () => {}
  const reason = new Error('enough')

  test('a signal in mid-answer closes the socket and is thrown as it is', async () => {
    const server = await provider(talking)
    const controller = new AbortController()
    const reading = begin(server, controller.signal)
    expect((await reading.next()).done).toBe(false)
    const next = reading.next()
    controller.abort(reason)
    await expect(next).rejects.toBe(reason)
    await server.left
  })

  test('a signal before the answer closes the socket and is thrown as it is', async () => {
    const asked = Promise.withResolvers<void>()
    const server = await provider((...played) => {
      asked.resolve()
      silent(...played)
    })
    const controller = new AbortController()
    const next = begin(server, controller.signal).next()
    await asked.promise
    controller.abort(reason)
    await expect(next).rejects.toBe(reason)
    await server.left
  })

  test('a signal that fired already sends nothing', async () => {
    const server = await provider(talking)
    const reading = begin(server, AbortSignal.abort(reason))
    const next = reading.next()
    await expect(next).rejects.toBe(reason)
    expect(server.asked).toHaveLength(0)
  })

  test('a reader that stops early closes the socket', async () => {
    const server = await provider(talking)
    for await (const batch of clientOf(server).stream(asking('Hello'), { signal: new AbortController().signal }))
      if (batch.length > 0) break
    await expect(server.left).resolves.toBeUndefined()
  })

  test('no listener is left on a signal that lives long', async () => {
    const server = await provider(streaming(chatHello))
    const client = clientOf(server)
    const { signal } = new AbortController()
    const warnings: Error[] = []
    const warned = (warning: Error): number => warnings.push(warning)
    process.on('warning', warned)
    onTestFinished(() => void process.off('warning', warned))
    for (let round = 0; round < 30; round++) for await (const _ of client.stream(asking('Hello'), { signal }));
    expect(warnings).toEqual([])
  })
})

describe('loading', () => {
  test('the SDK is loaded by the first request, not by the import and not by making a client', async () => {
    const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href)
    const program = `
      import { registerHooks } from 'node:module'
      let loaded = 0
      registerHooks({ resolve(specifier, context, next) {
        if (specifier === 'openai') loaded++
        return next(specifier === '@seamfold/core/kit' ? ${at('../../core/src/kit.ts')} : specifier, context)
      } })
      const { openai } = await import(${at('../src/index.ts')})
      const client = openai({ model: 'm', apiKey: 'none', baseURL: 'http://127.0.0.1:9/v1' })
      const counts = [loaded]
      await client.stream({ system: '', messages: [], tools: [] }, { signal: new AbortController().signal }).next().catch(() => {})
      process.stdout.write(JSON.stringify([...counts, loaded]))
    `
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
    expect(stdout).toBe('[0,1]')
  })
})
