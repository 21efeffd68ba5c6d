/** What `openai({…})` makes of its options and of the environment. */
import { isAgentError } from '@seamfold/core/kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openai, type OpenAiOptions } from '../src/index.ts'

beforeEach(() => {
  vi.stubEnv('OPENAI_API_KEY', 'sk-env')
  vi.stubEnv('OPENAI_BASE_URL', undefined)
})
afterEach(() => void vi.unstubAllEnvs())

const refusal = (options: OpenAiOptions): unknown => {
  try {
    openai(options)
  } catch (error) {
    return isAgentError(error) ? { code: error.code, message: error.message } : error
  }
  return 'accepted'
}

describe('the key', () => {
  test('that is missing is an error at creation which names the variable and the option', () => {
    vi.stubEnv('OPENAI_API_KEY', ' ')
    expect(refusal({ model: 'gpt-5' })).toEqual({ code: 'llm_unauthorized', message: expect.stringMatching(/OPENAI_API_KEY.*apiKey/) })
    expect(refusal({ model: 'gpt-5', apiKey: 'none' })).toBe('accepted')
  })
})

describe('what no header can carry', () => {
  test('is refused at creation, without repeating it', () => {
    expect(refusal({ model: 'gpt-5', apiKey: 'sk-abc…' })).toEqual({
      code: 'llm_unauthorized',
      message: 'The key for OpenAI holds U+2026 as character 7, which no header can carry: copy it anew',
    })
    expect(refusal({ model: 'gpt-5', headers: { 'x-secret': 'a\nb' } })).toEqual({
      code: 'invalid_argument',
      message: 'The header x-secret holds U+000A as character 2, which no header can carry',
    })
    expect(refusal({ model: 'gpt-5', apiKey: 'sk-abc\n', headers: { a: null, b: 'ü' } })).toBe('accepted')
  })
})

describe('the mode', () => {
  const providerOf = (options: Partial<OpenAiOptions>): string => openai({ model: 'm', ...options }).model.provider

  test('is Responses for OpenAI itself and chat for everybody else', () => {
    expect(providerOf({})).toBe('openai-responses')
    expect(providerOf({ baseURL: 'https://eu.api.openai.com/v1' })).toBe('openai-responses')
    expect(providerOf({ baseURL: 'http://localhost:11434/v1' })).toBe('openai-chat')
    expect(providerOf({ baseURL: 'https://api.openai.com.evil.test/v1' })).toBe('openai-chat')
    vi.stubEnv('OPENAI_BASE_URL', 'http://localhost:1234/v1')
    expect(providerOf({})).toBe('openai-chat')
    expect(providerOf({ baseURL: 'https://api.openai.com/v1' })).toBe('openai-responses')
  })

  test('and the name of who answers can be chosen', () => {
    expect(providerOf({ mode: 'chat' })).toBe('openai-chat')
    expect(providerOf({ baseURL: 'http://localhost:1/v1', mode: 'responses', provider: 'vllm' })).toBe('vllm')
  })
})

describe('the model', () => {
  test('that is known has its window, its longest answer and, at OpenAI, its price', () => {
    expect(openai({ model: 'gpt-5-2025-08-07' }).model).toEqual({
      provider: 'openai-responses',
      id: 'gpt-5-2025-08-07',
      contextWindow: 400_000,
      maxOutputTokens: 128_000,
      price: { input: 1.25, output: 10, cacheRead: 0.125, asOf: '2026-11-05' },
      structuredOutput: 'native',
    })
    expect(openai({ model: 'gpt-5', baseURL: 'https://gateway.test/v1' }).model.price).toBeUndefined()
  })

  test('that is not known is what the options say', () => {
    const price = { input: 1, output: 2 }
    expect(openai({ model: 'qwen', baseURL: 'http://localhost:1/v1' }).model).toEqual({
      provider: 'openai-chat',
      id: 'qwen',
      structuredOutput: 'tool',
    })
    expect(openai({ model: 'qwen', price, contextWindow: 8000, maxOutputTokens: 500, structuredOutput: 'prompt' }).model).toMatchObject({
      price,
      contextWindow: 8000,
      maxOutputTokens: 500,
      structuredOutput: 'prompt',
    })
  })
})

describe('an option that cannot be right is refused with the way out', () => {
  test.each<[string, Partial<OpenAiOptions>, RegExp]>([
    ['an empty model', { model: '' }, /name a model/],
    ['a base URL that is none', { baseURL: 'localhost:11434' }, /is not an http\(s\) address/],
    ['a base URL with the endpoint in it', { baseURL: 'http://localhost:1/v1/chat/completions' }, /leave \/chat\/completions out/],
    ['no output', { maxOutputTokens: 0 }, /maxOutputTokens is 0/],
    ['half a millisecond', { timeoutMs: 0.5 }, /timeoutMs is 0.5/],
    ['no window', { contextWindow: Number.NaN }, /contextWindow is NaN/],
  ])('%s', (_, options, message) => {
    expect(refusal({ model: 'm', ...options })).toEqual({ code: 'invalid_argument', message: expect.stringMatching(message) })
  })
})
