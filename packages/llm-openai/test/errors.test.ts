/** What failures of a server become. */
import { isAgentError, type AgentError } from '@seamfold/core/kit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openai } from '../src/index.ts'
import { openStream, refusing, startProvider, type Play } from './provider.ts'
import { eventsOf } from './reading.ts'

async function failure(
  play: Play,
  mode: 'chat' | 'responses' = 'chat',
): Promise<{ readonly error: AgentError; readonly requests: number }> {
  const server = await startProvider(play)
  onTestFinished(() => server.close())
  const error: unknown = await eventsOf(openai({ model: 'm', apiKey: 'sk-secret', baseURL: server.baseURL, mode })).catch(
    (thrown: unknown) => thrown,
  )
  if (!isAgentError(error)) throw new Error(`Not an AgentError: ${String(error)}`, { cause: error })
  return { error, requests: server.asked.length }
}

const body = (message: string, more: object = {}): object => ({
  error: { message, type: 'invalid_request_error', code: null, param: null, ...more },
})

type Row = readonly [status: number, body: unknown, code: string, retryable: boolean]

describe.each(['chat', 'responses'] as const)('in mode %s', (mode) => {
  test.each<Row>([
    [400, body('Unknown parameter: x'), 'llm_rejected', false],
    [401, body('Incorrect API key provided', { code: 'invalid_api_key' }), 'llm_unauthorized', false],
    [403, body('Country not supported'), 'llm_unauthorized', false],
    [403, body('No access to model', { code: 'model_not_found' }), 'llm_rejected', false],
    [404, body('The model m does not exist', { code: 'model_not_found' }), 'llm_rejected', false],
    [400, body('Too long', { code: 'context_length_exceeded' }), 'context_overflow', false],
    [400, body("This model's maximum context length is 4096 tokens"), 'context_overflow', false],
    [
      400,
      { error: { code: 400, message: 'the request exceeds the available context size', type: 'exceed_context_size_error' } },
      'context_overflow',
      false,
    ],
    [400, [{ error: { code: 400, message: 'missing a thought_signature', status: 'INVALID_ARGUMENT' } }], 'llm_rejected', false],
    [413, body('prompt is too long'), 'context_overflow', false],
    [422, { detail: 'bad' }, 'llm_rejected', false],
    [429, body('Rate limit reached', { code: 'rate_limit_exceeded' }), 'llm_rate_limited', true],
    [429, body('You exceeded your current quota', { code: 'insufficient_quota', type: 'insufficient_quota' }), 'llm_rate_limited', false],
    [
      429,
      body('Request too large for m: Limit 30000, Requested 41000', { code: 'rate_limit_exceeded', type: 'tokens' }),
      'llm_rate_limited',
      false,
    ],
    [500, body('The server had an error'), 'llm_unavailable', true],
    [502, '<html>Bad gateway</html>', 'llm_unavailable', true],
    [503, '', 'llm_unavailable', true],
    [529, body('Overloaded'), 'llm_unavailable', true],
  ])('status %i with %j is %s', async (...[status, said, code, retryable]) => {
    const { error, requests } = await failure(refusing(status, said, { 'x-request-id': 'req_1' }), mode)
    expect({ code: error.code, retryable: error.retryable }).toEqual({ code, retryable })
    expect(error.details).toMatchObject({ status, requestId: 'req_1' })
    expect(error.message).toContain(`openai-${mode} answered ${status}`)
    expect(error.message).not.toContain('sk-secret')
    expect(requests).toBe(1)
  })
})

test.each([
  [503, body('The engine is currently overloaded, please try again later'), true],
  [503, body('Slow Down'), true],
  [529, body('Overloaded'), true],
  [503, '<html>upstream connect error or disconnect before headers</html>', undefined],
  [500, body('The server is overloaded'), undefined],
] as const)('status %i with %j was turned away before any work: %s', async (...[status, said, refused]) => {
  expect((await failure(refusing(status, said))).error.details['refused']).toBe(refused)
})

describe('the message', () => {
  test('is what the server said, with the way out', async () => {
    const { error } = await failure(refusing(401, body('Incorrect API key provided: sk-***', { code: 'invalid_api_key' })))
    expect(error.message).toContain('Incorrect API key provided: sk-***')
    expect(error.message).toContain('OPENAI_API_KEY')
  })

  test('of a page that is no JSON is its text', async () => {
    expect((await failure(refusing(502, '<html>Bad gateway</html>'))).error.message).toContain('<html>Bad gateway</html>')
  })

  test('in a list of one is found', async () => {
    const { error } = await failure(refusing(400, [{ error: { code: 400, message: 'missing a thought_signature' } }]))
    expect(error.message).toBe('openai-chat answered 400: missing a thought_signature')
  })
})

describe('when to come back', () => {
  test.each<[string, Record<string, string>, unknown]>([
    ['in seconds', { 'retry-after': '2' }, 2000],
    ['in parts of seconds', { 'retry-after': '0.5' }, 500],
    ['in milliseconds, which are more exact', { 'retry-after': '2', 'retry-after-ms': '1250' }, 1250],
    ['not said', {}, undefined],
    ['said in words', { 'retry-after': 'soon' }, undefined],
  ])('%s', async (_, headers, expected) => {
    expect((await failure(refusing(429, body('Slow down'), headers))).error.details['retryAfterMs']).toBe(expected)
  })

  test('at a date', async () => {
    const { error } = await failure(refusing(503, body('Busy'), { 'retry-after': new Date(Date.now() + 30_000).toUTCString() }))
    const wait = Number(error.details['retryAfterMs'])
    expect(wait).toBeGreaterThan(20_000)
    expect(wait).toBeLessThanOrEqual(30_000)
  })
})

describe('the words of an error', () => {
  const said = async (status: number, text: string): Promise<string> =>
    (await failure((response) => void response.writeHead(status).end(text))).error.message

  test('are those of the server, the status once', async () => {
    expect(await said(400, 'no such thing')).toBe('openai-chat answered 400: no such thing')
    expect(await said(400, '{"error":{"message":"No."}}')).toBe('openai-chat answered 400: No.')
    expect(await said(400, '')).toBe('openai-chat answered 400: it gave no reason')
  })

  test('say where to look when there is nothing at the address', async () => {
    expect(await said(404, '404 page not found')).toBe(
      'openai-chat answered 404: 404 page not found. Check the base URL and the option model',
    )
  })

  test('end in one full stop before the advice', async () => {
    expect(await said(401, '{"error":{"message":"Wrong key."}}')).toBe(
      'openai-chat answered 401: Wrong key. Check the key: the option apiKey, or the variable OPENAI_API_KEY',
    )
  })
})

describe('a connection', () => {
  test('that is refused names the cause', async () => {
    const error: unknown = await eventsOf(openai({ model: 'm', apiKey: 'none', baseURL: 'http://127.0.0.1:9/v1' })).catch(
      (thrown: unknown) => thrown,
    )
    expect(isAgentError(error, 'llm_unavailable') && error.retryable).toBe(true)
    expect(isAgentError(error) && error.message).toBe('openai-chat could not be reached or broke off: connect ECONNREFUSED 127.0.0.1:9')
  })

  test('that breaks before the answer is llm_unavailable', async () => {
    expect((await failure((response) => void response.destroy())).error).toMatchObject({ code: 'llm_unavailable', retryable: true })
  })

  test('that breaks in mid-answer is llm_unavailable, after what was said', async () => {
    const { error } = await failure((response) =>
      openStream(response).write('data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n', () => response.destroy()),
    )
    expect(error).toMatchObject({ code: 'llm_unavailable', retryable: true })
  })

  test('to something that is not a model says what came', async () => {
    const page: Play = (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>')
    expect((await failure(page)).error).toMatchObject({ code: 'llm_unavailable', message: expect.stringContaining('text/html') })
  })

  test('whose answer does not begin in time is given up', async () => {
    const server = await startProvider(() => {})
    onTestFinished(() => server.close())
    const client = openai({ model: 'm', apiKey: 'none', baseURL: server.baseURL, timeoutMs: 50 })
    await expect(eventsOf(client)).rejects.toMatchObject({ code: 'llm_unavailable', retryable: true })
  })
})

test('a key function that fails is llm_unavailable with its reason, unless it says more', async () => {
  const asking = (fail: () => Promise<string>): Promise<unknown> =>
    eventsOf(openai({ model: 'm', apiKey: fail, baseURL: 'http://127.0.0.1:9/v1' }))
  await expect(asking(() => Promise.reject(new Error('vault is sealed')))).rejects.toMatchObject({
    code: 'llm_unavailable',
    message: expect.stringContaining('vault is sealed'),
  })
})
