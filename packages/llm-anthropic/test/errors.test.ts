/** What a failed request means. */
import { describe, expect, test } from 'vitest'
import { AgentError } from '@seamfold/core/kit'
import { requestError } from '../src/errors.ts'

const now = Date.parse('2026-11-21T12:00:00Z')

/** As the SDK throws it. */
const refusal = (status: number, type: string, message: string, headers: Record<string, string> = {}): Error =>
  Object.assign(new Error(`${status} ${message}`), {
    status,
    headers: new Headers(headers),
    error: { type: 'error', error: { type, message } },
  })

describe('a status', () => {
  test.each([
    [400, 'invalid_request_error', 'llm_rejected', false],
    [401, 'authentication_error', 'llm_unauthorized', false],
    [402, 'billing_error', 'llm_rejected', false],
    [403, 'permission_error', 'llm_unauthorized', false],
    [404, 'not_found_error', 'llm_rejected', false],
    [413, 'request_too_large', 'context_overflow', false],
    [429, 'rate_limit_error', 'llm_rate_limited', true],
    [500, 'api_error', 'llm_unavailable', true],
    [504, 'timeout_error', 'llm_unavailable', true],
    [529, 'overloaded_error', 'llm_unavailable', true],
  ])('%i %s is %s', (status, type, code, retryable) => {
    expect(requestError(refusal(status, type, 'why'), now)).toMatchObject({ code, retryable, details: { status } })
  })

  test.each([
    'prompt is too long: 210000 tokens > 200000 maximum',
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
  ])('400 is an overflow when it says: %s', (message) => {
    expect(requestError(refusal(400, 'invalid_request_error', message), now)).toMatchObject({ code: 'context_overflow', retryable: false })
  })

  test("comes with the provider's words, and a refused key with the way out", () => {
    expect(requestError(refusal(404, 'not_found_error', 'model: claude-nine'), now).message).toBe(
      'Anthropic answered 404: model: claude-nine',
    )
    expect(requestError(refusal(401, 'authentication_error', 'invalid x-api-key'), now).message).toContain('ANTHROPIC_API_KEY')
  })
})

describe('when to come back', () => {
  const waitOf = (headers: Record<string, string>): unknown =>
    requestError(refusal(429, 'rate_limit_error', 'slow', headers), now).details['retryAfterMs']

  test.each([
    ['seconds', { 'retry-after': '2' }, 2000],
    ['a date', { 'retry-after': 'Sat, 21 Nov 2026 12:00:05 GMT' }, 5000],
    ['milliseconds', { 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    ['nothing', {}, undefined],
  ])('is read from %s', (_, headers, expected) => {
    expect(waitOf(headers)).toBe(expected)
  })

  test('and whether: the provider has the last word', () => {
    expect(requestError(refusal(529, 'overloaded_error', 'no', { 'x-should-retry': 'false' }), now).retryable).toBe(false)
    expect(requestError(refusal(400, 'invalid_request_error', 'odd', { 'x-should-retry': 'true' }), now).retryable).toBe(true)
  })
})

describe('a request without an answer', () => {
  test('is unavailable, and says what really happened', () => {
    const refused = new Error('Connection error.', {
      cause: new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:9') }),
    })
    expect(requestError(refused, now)).toMatchObject({
      code: 'llm_unavailable',
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test('fails with the error of a host that refused it in its own fetch', () => {
    const own = new AgentError('budget_exhausted', 'no more')
    expect(requestError(new Error('Connection error.', { cause: own }), now)).toBe(own)
    expect(requestError(own, now)).toBe(own)
  })
})
