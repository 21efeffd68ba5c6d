/** Which model is spoken to, for every combination of wishes and keys that matters. */
import { describe, expect, test } from 'vitest'
import { chooseModel } from '../../src/setup/provider.ts'

describe('the model', () => {
  test.each([
    ['nothing at all', {}, {}, { provider: 'simulator', why: 'no key' }],
    ['a key of anthropic', {}, { ANTHROPIC_API_KEY: 'k' }, { provider: 'anthropic', keyVariable: 'ANTHROPIC_API_KEY', why: 'key' }],
    ['a key of openai', {}, { OPENAI_API_KEY: 'k' }, { provider: 'openai', keyVariable: 'OPENAI_API_KEY', why: 'key' }],
    ['an empty key', {}, { ANTHROPIC_API_KEY: ' ' }, { provider: 'simulator', why: 'no key' }],
    ['only an address', {}, { OPENAI_BASE_URL: 'http://x/v1' }, { provider: 'openai', baseURL: 'http://x/v1' }],
    [
      'a model of anthropic',
      { model: 'claude-opus-4-5' },
      { ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k' },
      { provider: 'anthropic', model: 'claude-opus-4-5' },
    ],
    ['a model of openai', { model: 'gpt-5' }, { ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k' }, { provider: 'openai', model: 'gpt-5' }],
    [
      'another model at an address',
      { model: 'qwen3' },
      { OPENAI_BASE_URL: 'http://x/v1' },
      { provider: 'openai', model: 'qwen3', baseURL: 'http://x/v1' },
    ],
    ['the simulator, with a key', { provider: 'simulator' }, { ANTHROPIC_API_KEY: 'k' }, { provider: 'simulator', why: 'chosen' }],
  ])('with %s', (...[, wish, environment, choice]) => {
    expect(chooseModel(wish, environment)).toMatchObject(choice)
  })

  test.each([
    ['a provider without its key', { provider: 'openai' }, 'OPENAI_API_KEY is not set'],
    ['a model without its key', { model: 'claude-opus-4-5' }, 'ANTHROPIC_API_KEY is not set'],
    ['a model that nobody knows', { model: 'gemini-9' }, '--provider'],
    ['a provider that nobody knows', { provider: 'opnai' }, "Did you mean 'openai'?"],
    ['an address without a model', { provider: 'openai', baseURL: 'http://x/v1' }, 'Which model'],
  ])('is refused for %s', (_, wish, message) => {
    expect(() => chooseModel(wish, {})).toThrow(message)
  })
})
