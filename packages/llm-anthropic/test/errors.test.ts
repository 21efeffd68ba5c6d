/** What a failed request means. */
import { describe, expect, test } from 'vitest'
import { AgentError } from '@seamfold/core/kit'
import { requestError } from '../src/errors.ts'

const circumstances = { now: Date.parse('2026-11-21T12:00:00Z'), timeoutMs: undefined }

type Refusal = { readonly status: number; readonly type?: string; readonly message?: string; readonly headers?: Record<string, string> }

/** As the SDK throws it. */
const refusal = ({ status, type = 'some_error', message = 'why', headers = {} }: Refusal): Error =>
  Object.assign(new Error(`${status} ${message}`), {
    status,
    headers: new Headers(headers),
    error: { type: 'error', error: { type, message } },
  })

describe('a status', () => {
  test.each([
    { status: 400, type: 'invalid_request_error', code: 'llm_rejected', retryable: false },
    { status: 401, type: 'authentication_error', code: 'llm_unauthorized', retryable: false },
    { status: 402, type: 'billing_error', code: 'llm_rejected', retryable: false },
    { status: 403, type: 'permission_error', code: 'llm_unauthorized', retryable: false },
    { status: 404, type: 'not_found_error', code: 'llm_rejected', retryable: false },
    { status: 413, type: 'request_too_large', code: 'context_overflow', retryable: false },
    { status: 429, type: 'rate_limit_error', code: 'llm_rate_limited', retryable: true },
    { status: 500, type: 'api_error', code: 'llm_unavailable', retryable: true },
    { status: 504, type: 'timeout_error', code: 'llm_unavailable', retryable: true },
    { status: 529, type: 'overloaded_error', code: 'llm_unavailable', retryable: true },
  ])('$status $type is $code', ({ status, type, code, retryable }) => {
    expect(requestError(refusal({ status, type }), circumstances)).toMatchObject({ code, retryable, details: { status } })
  })

  test('only 529 says that it was turned away before any work', () => {
    expect(requestError(refusal({ status: 529, type: 'overloaded_error' }), circumstances).details).toMatchObject({ refused: true })
    for (const status of [500, 503, 504]) expect(requestError(refusal({ status }), circumstances).details).not.toHaveProperty('refused')
  })

  test.each([
    'prompt is too long: 210000 tokens > 200000 maximum',
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
  ])('400 is an overflow when it says: %s', (message) => {
    expect(requestError(refusal({ status: 400, message }), circumstances)).toMatchObject({ code: 'context_overflow', retryable: false })
  })

  test("comes with the provider's words, and a refused key with the way out", () => {
    expect(requestError(refusal({ status: 404, message: 'model: claude-nine' }), circumstances).message).toBe(
      'Anthropic answered 404: model: claude-nine (look at the options model and baseURL)',
    )
    expect(requestError(refusal({ status: 401 }), circumstances).message).toContain('ANTHROPIC_API_KEY')
  })
})

describe('when to come back', () => {
  const waitOf = (headers: Record<string, string>): unknown =>
    requestError(refusal({ status: 429, headers }), circumstances).details['retryAfterMs']

  test.each([
    ['seconds', { 'retry-after': '2' }, 2000],
    ['a date', { 'retry-after': 'Sat, 21 Nov 2026 12:00:05 GMT' }, 5000],
    ['milliseconds', { 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    ['nothing', {}, undefined],
  ])('is read from %s', (_, headers, expected) => {
    expect(waitOf(headers)).toBe(expected)
  })

  test('and whether: the provider has the last word', () => {
    expect(requestError(refusal({ status: 529, headers: { 'x-should-retry': 'false' } }), circumstances).retryable).toBe(false)
    expect(requestError(refusal({ status: 400, headers: { 'x-should-retry': 'true' } }), circumstances).retryable).toBe(true)
  })
})

describe('a request without an answer', () => {
  test('is unavailable, and says what really happened', () => {
    const refused = new Error('Connection error.', {
      cause: new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:9') }),
    })
    expect(requestError(refused, circumstances)).toMatchObject({
      code: 'llm_unavailable',
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test('fails with the error of a host that refused it in its own fetch', () => {
    const own = new AgentError('budget_exhausted', 'no more')
    expect(requestError(new Error('Connection error.', { cause: own }), circumstances)).toBe(own)
    expect(requestError(own, circumstances)).toBe(own)
  })
})
