/** OpenAI's prompt cache is automatic: from 1024 tokens on, in steps of 128, within an inclusive count. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSimulator, text } from '../src/index.ts'
import type { Simulator } from '../src/index.ts'
import { openAiClient, png, words } from './clients.ts'
import { manualClock } from './manual-clock.ts'
import type { ManualClock } from './manual-clock.ts'

let simulator: Simulator
let clock: ManualClock

beforeEach(async () => {
  clock = manualClock()
  simulator = await startSimulator({ scenario: () => text('Done'), clock })
})
afterEach(() => simulator.close())

type Usage = { readonly prompt: number; readonly cached: number }

async function chat(...texts: readonly string[]): Promise<Usage> {
  const messages = texts.map((content) => ({ role: 'user' as const, content }))
  const { usage } = await openAiClient(simulator).chat.completions.create({ model: 'gpt-4.1', messages })
  return { prompt: usage?.prompt_tokens ?? -1, cached: usage?.prompt_tokens_details?.cached_tokens ?? -1 }
}

test('the same prompt again is cached up to the last full step', async () => {
  const first = await chat(words(2000))
  expect(first.cached).toBe(0)
  const second = await chat(words(2000))
  expect(second).toEqual({ prompt: first.prompt, cached: first.prompt - (first.prompt % 128) })
})

test('a longer prompt with the same beginning is cached as far as that goes', async () => {
  await chat(words(1500))
  const grown = await chat(words(1500), words(700))
  expect(grown.cached).toBeGreaterThanOrEqual(1408)
  expect(grown.cached).toBeLessThan(1600)
})

test('below 1024 tokens, and after a change at the start, nothing is cached', async () => {
  await chat(words(900))
  expect((await chat(words(900))).cached).toBe(0)
  await chat(words(2000))
  expect((await chat(`.${words(2000)}`)).cached).toBe(0)
})

test('the cache is gone five minutes after its last use', async () => {
  await chat(words(2000))
  clock.advance(200_000)
  await chat(words(2000))
  clock.advance(299_000)
  expect((await chat(words(2000))).cached).toBeGreaterThan(0)
  clock.advance(301_000)
  expect((await chat(words(2000))).cached).toBe(0)
})

test('Responses tells the same, and an image has its own weight', async () => {
  const client = openAiClient(simulator)
  const image = { type: 'input_image' as const, detail: 'auto' as const, image_url: `data:image/png;base64,${png}` }
  const request = {
    model: 'gpt-4.1',
    input: [{ role: 'user' as const, content: [{ type: 'input_text' as const, text: 'See' }, image, image] }],
  }
  const first = await client.responses.create(request)
  const second = await client.responses.create(request)
  expect(first.usage?.input_tokens).toBeGreaterThan(2000)
  expect(second.usage?.input_tokens_details.cached_tokens).toBe(1920)
})

test('cached tokens are a multiple of 128 and never more than the prompt', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 6 }), async (sizes) => {
      const { prompt, cached } = await chat(...sizes.map(words))
      expect(cached).toBeLessThanOrEqual(prompt)
      expect(cached % 128).toBe(0)
      expect(cached === 0 || cached >= 1024).toBe(true)
    }),
    { numRuns: 60 },
  )
})
