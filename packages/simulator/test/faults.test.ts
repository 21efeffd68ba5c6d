/** What a scenario lets go wrong, goes wrong on the wire. */
import { AuthenticationError } from '@anthropic-ai/sdk'
import { APIConnectionError } from 'openai'
import { afterEach, expect, test } from 'vitest'
import {
  answer,
  badRequest,
  callTool,
  callToolRaw,
  disconnected,
  failure,
  faulty,
  overloaded,
  rateLimited,
  startSimulator,
  text,
  unauthorized,
} from '../src/index.ts'
import type { Simulator, TurnLike } from '../src/index.ts'
import { anthropicClient, openAiClient } from './clients.ts'
import { anthropicHeaders, openAiHeaders } from './verdict.ts'

let simulator: Simulator
afterEach(() => simulator.close())

const start = async (turn: TurnLike): Promise<void> => {
  simulator = await startSimulator({ scenario: () => turn })
}

const user = { role: 'user' as const, content: 'Hi' }
const bodies = {
  anthropic: { path: '/v1/messages', headers: anthropicHeaders, body: { model: 'claude-haiku-4-5', max_tokens: 500, messages: [user] } },
  chat: { path: '/v1/chat/completions', headers: openAiHeaders, body: { model: 'gpt-4.1', messages: [user] } },
  responses: { path: '/v1/responses', headers: openAiHeaders, body: { model: 'gpt-4.1', input: 'Hi' } },
} as const
type Name = keyof typeof bodies

const post = (name: Name, rest: object = {}): Promise<Response> =>
  fetch(simulator.url + bodies[name].path, {
    method: 'POST',
    headers: bodies[name].headers,
    body: JSON.stringify({ ...bodies[name].body, ...rest }),
  })

const streamed = async (name: Name, rest: object = {}): Promise<string> => (await post(name, { stream: true, ...rest })).text()

const types = (stream: string): readonly string[] => [...stream.matchAll(/^event: (.*)$/gm)].map((match) => match[1] ?? '')

test('a rate limit says when to come back, in seconds or as a date', async () => {
  await start(rateLimited({ retryAfter: 7 }))
  const seconds = await post('anthropic')
  expect([seconds.status, seconds.headers.get('retry-after')]).toEqual([429, '7'])
  expect(await seconds.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
  simulator.reset({ scenario: () => rateLimited({ retryAfter: new Date(Date.UTC(2030, 0, 1)) }) })
  const date = await post('chat')
  expect(date.headers.get('retry-after')).toBe('Tue, 01 Jan 2030 00:00:00 GMT')
  expect(await date.json()).toMatchObject({ error: { type: 'requests', code: 'rate_limit_exceeded' } })
})

test('overload is 529 for Anthropic and 503 for OpenAI', async () => {
  await start(overloaded())
  expect((await post('anthropic')).status).toBe(529)
  expect((await post('responses')).status).toBe(503)
  expect(simulator.requests.map(({ verdict }) => verdict)).toMatchObject([
    { status: 'failed', httpStatus: 529 },
    { status: 'failed', httpStatus: 503 },
  ])
})

test('the official clients raise the errors that they have for it', async () => {
  await start(unauthorized())
  await expect(anthropicClient(simulator).messages.create(bodies.anthropic.body as never)).rejects.toBeInstanceOf(AuthenticationError)
  simulator.reset({ scenario: () => badRequest('no', { code: 'odd' }) })
  const refused = openAiClient(simulator).chat.completions.create(bodies.chat.body as never)
  await expect(refused).rejects.toMatchObject({ status: 400, code: 'odd', message: '400 no' })
  simulator.reset({ scenario: () => failure(502, { body: '<html>Bad gateway</html>' }) })
  const response = await post('chat')
  expect([response.status, await response.text()]).toEqual([502, '<html>Bad gateway</html>'])
})

test('a broken connection answers nothing', async () => {
  await start(disconnected())
  await expect(post('chat')).rejects.toThrow('fetch failed')
  await expect(openAiClient(simulator).responses.create(bodies.responses.body as never)).rejects.toBeInstanceOf(APIConnectionError)
})

test('an error in mid-stream ends each stream in its own way', async () => {
  await start(faulty([text('some words that are cut')], { error: { afterEvents: 4, message: 'Too busy' } }))
  const anthropic = await streamed('anthropic')
  expect(types(anthropic)).toEqual(['message_start', 'content_block_start', 'ping', 'content_block_delta', 'error'])
  expect(anthropic).toContain('"error":{"type":"overloaded_error","message":"Too busy"}')
  const chat = await streamed('chat')
  expect(chat).toContain('"error":{"message":"Too busy","type":"server_error","param":null,"code":null}')
  expect(chat).not.toContain('[DONE]')
  expect(types(await streamed('responses')).slice(-2)).toEqual(['response.content_part.added', 'error'])
  const stream = anthropicClient(simulator).messages.stream(bodies.anthropic.body as never)
  await expect(stream.finalMessage()).rejects.toThrow('Too busy')
})

test('Responses may also fail as a whole', async () => {
  await start(faulty([text('words')], { error: { afterEvents: 3, form: 'failed', code: 'rate_limit_exceeded', message: 'Slow down' } }))
  const stream = await streamed('responses')
  expect(types(stream).at(-1)).toBe('response.failed')
  expect(stream).toContain('"status":"failed"')
  expect(stream).toContain('"error":{"code":"rate_limit_exceeded","message":"Slow down"}')
})

test('a connection can be cut after events or bytes, broken or as if all were well', async () => {
  await start(faulty([text('one two three')], { cut: { afterEvents: 4 } }))
  await expect(streamed('anthropic')).rejects.toThrow('terminated')
  simulator.reset({ scenario: () => faulty([text('one two three')], { cut: { afterEvents: 4, how: 'end' } }) })
  expect(types(await streamed('anthropic'))).toEqual(['message_start', 'content_block_start', 'ping', 'content_block_delta'])
  simulator.reset({ scenario: () => faulty([text('one two three')], { cut: { afterBytes: 20, how: 'end' } }) })
  expect(await streamed('chat')).toHaveLength(20)
  simulator.reset({ scenario: () => faulty([text('one two three')], { cut: { afterBytes: 20 } }) })
  await expect(post('responses').then((response) => response.text())).rejects.toThrow('terminated')
})

test('frames can be malformed', async () => {
  await start(faulty([text('words')], { malformed: { afterEvents: 2, frame: 'data: {oops\n\n' } }))
  const stream = await streamed('chat')
  expect(stream.split('\n\n')[2]).toBe('data: {oops')
  expect(stream).toContain('data: [DONE]')
})

test('[DONE] can be missing, and pings can come between', async () => {
  await start(faulty([text('words')], { omitDone: true, pingEvery: 1 }))
  const chat = await streamed('chat')
  expect(chat).not.toContain('[DONE]')
  expect(chat.match(/^: ping$/gm)?.length).toBeGreaterThan(2)
  const stream = openAiClient(simulator).chat.completions.stream(bodies.chat.body as never)
  expect(await stream.finalContent()).toBe('words')
  const message = anthropicClient(simulator).messages.stream(bodies.anthropic.body as never)
  expect(await message.finalText()).toBe('words')
})

test('usage can be missing', async () => {
  await start(answer(text('words'), { usage: 'missing' }))
  expect(await streamed('chat', { stream_options: { include_usage: true } })).not.toContain('prompt_tokens')
  expect(await (await post('chat')).json()).not.toHaveProperty('usage')
  expect(await (await post('responses')).json()).toMatchObject({ usage: null })
  expect(await (await post('anthropic')).json()).toMatchObject({ usage: { input_tokens: 0, output_tokens: 0 } })
})

test('usage can be late', async () => {
  await start(answer(text('words'), { usage: 'late' }))
  const frames = (await streamed('chat')).trim().split('\n\n')
  expect(frames.at(-2)).toContain('"prompt_tokens"')
  const anthropic = await streamed('anthropic')
  expect(anthropic).toContain('"usage":{"input_tokens":0,"output_tokens":0}')
  expect(anthropic).toMatch(/"type":"message_delta".*"input_tokens":[1-9]/)
})

test('ids can repeat or be empty, and arguments be malformed', async () => {
  await start([callTool('a', {}, { id: 'same' }), callTool('b', {}, { id: 'same' }), callToolRaw('c', '{"x":', { id: '' })])
  const completion = (await (await post('chat')).json()) as {
    readonly choices: readonly { readonly message: { readonly tool_calls: readonly object[] } }[]
  }
  expect(completion.choices[0]?.message.tool_calls).toMatchObject([
    { id: 'same' },
    { id: 'same' },
    { id: '', function: { arguments: '{"x":' } },
  ])
  const stream = await streamed('anthropic')
  expect(stream).toContain('"partial_json":"{\\"x\\":"')
})
