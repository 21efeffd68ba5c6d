/** What the front door refuses, and what it says of the model. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { anthropic, type AnthropicOptions } from '../src/index.ts'

beforeEach(() => void vi.stubEnv('ANTHROPIC_API_KEY', ''))
afterEach(() => void vi.unstubAllEnvs())

const open = (change: Partial<AnthropicOptions>): unknown => anthropic({ model: 'claude-sonnet-4-5', apiKey: 'key', ...change })

describe('the key', () => {
  const without = { model: 'claude-sonnet-4-5' }

  test('is missed at once, with the variable and the option to set', () => {
    expect(() => anthropic(without)).toThrow(
      expect.objectContaining({ code: 'llm_unauthorized', message: expect.stringMatching(/ANTHROPIC_API_KEY.*apiKey/) }),
    )
  })

  test('may come from the environment, or headers may stand in for it', () => {
    expect(() => anthropic({ ...without, headers: { 'X-Api-Key': 'k' } })).not.toThrow()
    vi.stubEnv('ANTHROPIC_API_KEY', 'from-the-environment')
    expect(() => anthropic(without)).not.toThrow()
  })
})

describe('options that no call could succeed with are refused', () => {
  test('a key that no header can carry, without repeating it', () => {
    expect(() => open({ apiKey: 'sk-ant…' })).toThrow(
      expect.objectContaining({
        code: 'llm_unauthorized',
        message: 'The key for Anthropic holds U+2026 as character 7, which no header can carry: copy it anew',
      }),
    )
  })

  test.each([
    ['an address without a scheme', { baseURL: 'localhost:4711' }, /baseURL is "localhost:4711".*http/],
    ['an address that is empty', { baseURL: '' }, /baseURL is ""/],
    ['no model', { model: '' }, /model/],
    ['half a token', { maxOutputTokens: 0.5 }, /maxOutputTokens is 0.5/],
    ['more than the model writes', { maxOutputTokens: 64_001 }, /at most 64000/],
    ['no time at all', { timeoutMs: 0 }, /timeoutMs/],
    ['too small a budget', { thinking: { budgetTokens: 1023 } }, /1024/],
    ['a way of thinking that the model does not have', { thinking: { mode: 'adaptive' } as const }, /'adaptive'.*'budget' or 'off'/],
    ['a budget where the model takes none', { model: 'claude-opus-5-5', thinking: { budgetTokens: 4000 } }, /'adaptive'/],
  ])('%s', (_, change, words) => {
    expect(() => open(change)).toThrow(expect.objectContaining({ code: 'invalid_argument', message: expect.stringMatching(words) }))
  })

  test('and nothing is refused for a model that is not known', () => {
    expect(() => open({ model: 'some-gateway-model', maxOutputTokens: 500_000, thinking: { mode: 'adaptive' } })).not.toThrow()
  })
})

describe('what is known of the model', () => {
  const infoOf = (change: Partial<AnthropicOptions>): unknown => anthropic({ model: 'claude-sonnet-4-5', apiKey: 'key', ...change }).model

  test('limits, price with its day, and structured output', () => {
    expect(infoOf({ model: 'claude-sonnet-4-5-20250929' })).toEqual({
      provider: 'anthropic',
      id: 'claude-sonnet-4-5-20250929',
      contextWindow: 200_000,
      maxOutputTokens: 32_000,
      structuredOutput: 'native',
      price: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, asOf: '2026-11-21' },
    })
  })

  test('keeping the cache for an hour costs more to write', () => {
    expect(infoOf({ cache: '1h' })).toMatchObject({ price: { cacheWrite: 6 } })
  })

  test('the host knows better', () => {
    const price = { input: 1, output: 2 }
    expect(infoOf({ price, contextWindow: 5, maxOutputTokens: 6, structuredOutput: 'tool' })).toMatchObject({
      price,
      contextWindow: 5,
      maxOutputTokens: 6,
      structuredOutput: 'tool',
    })
  })

  test('of a stranger nothing is made up', () => {
    expect(infoOf({ model: 'some-gateway-model' })).toEqual({
      provider: 'anthropic',
      id: 'some-gateway-model',
      maxOutputTokens: 8192,
      structuredOutput: 'prompt',
    })
  })

  test('a model that charges long prompts more has no single price', () => {
    expect(infoOf({ model: 'claude-haiku-5-5' })).not.toHaveProperty('price')
  })
})
