/** A law of budgets: whatever the model and the provider do, what is settled never goes past the limit. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AgentError, createAgent, jsonSchema, type Price, type Run, tool, totalTokens } from '../../src/index.ts'
import { costOf, type LlmRequest, resultText, type Usage } from '../../src/kit.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect } from './runs.ts'

const usageOf = (input: number, output: number): Usage => ({ input, output, cacheRead: 0, cacheWrite: 0, reasoning: 0 })

const echo = tool<{ size: number }>({
  name: 'echo',
  description: 'Returns so many characters.',
  input: jsonSchema<{ size: number }>({ type: 'object', properties: { size: { type: 'number' } } }),
  readOnly: true,
  execute: ({ size }) => 'é'.repeat(size / 2),
})

/** What a run's facts say that it used: turns as they ended, and attempts whose end nobody saw at their worst. */
async function settled(run: Run) {
  const sums = { tokens: 0, usd: 0, turns: 0, lost: 0 }
  let open: { readonly tokens: number; readonly usd?: number } | undefined
  const bounds: { readonly used: number; readonly reserved: number }[] = []
  for (const { event } of await collect(run)) {
    if (event.type === 'turn_start') {
      if (open) {
        sums.lost++
        sums.tokens += open.tokens
        sums.usd += open.usd ?? 0
      }
      open = event.reservation
    }
    if (event.type === 'turn_end') {
      sums.turns++
      sums.tokens += totalTokens(event.usage)
      sums.usd += event.cost ?? 0
      bounds.push({ used: totalTokens(event.usage), reserved: open?.tokens ?? NaN })
      open = undefined
    }
  }
  return { ...sums, tokens: sums.tokens + (open?.tokens ?? 0), usd: sums.usd + (open?.usd ?? 0), bounds }
}

describe('whatever the model does', () => {
  type Act = { readonly kind: 'call' | 'say' | 'break'; readonly share: number; readonly size: number; readonly cached: number }
  const acts = fc.array(
    fc.record<Act>({
      kind: fc.constantFrom('call', 'call', 'call', 'call', 'break', 'say'),
      share: fc.constantFrom(0, 0, 0.01, 0.05, 0.3, 1),
      size: fc.integer({ min: 0, max: 2000 }),
      cached: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  const bytes = (text: string): number => new TextEncoder().encode(text).length

  /** A provider whose tokens are a fixed share of the bytes, at most one a byte, and that keeps to the limit of an answer. */
  const answerTo =
    (act: Act, density: number): ScriptedReply =>
    (request: LlmRequest) => {
      if (act.kind === 'break') return new AgentError('llm_unavailable', 'cut off')
      const { system, tools, messages, maxOutputTokens = 0 } = request
      const contents = messages.flatMap(({ content }) =>
        content.map((block) =>
          block.type === 'text' ? block.text : block.type === 'tool_result' ? resultText(block.content) : JSON.stringify(block),
        ),
      )
      const input = Math.floor(density * [system, JSON.stringify(tools), ...contents].reduce((sum, text) => sum + bytes(text), 0))
      const call = callOf('echo', { size: act.size })
      const least = Math.ceil(density * bytes(JSON.stringify(call)) + 40)
      const output = Math.max(0, Math.floor(maxOutputTokens * act.share) - least)
      const cacheRead = Math.floor(input * act.cached)
      const cacheWrite = Math.floor((input - cacheRead) * act.cached)
      const text = { type: 'text' as const, text: `x${'y'.repeat(Math.floor(output / density))}` }
      return {
        blocks: act.kind === 'call' && output > 0 ? [text, call] : [text],
        usage: {
          input: input - cacheRead - cacheWrite,
          cacheRead,
          cacheWrite,
          output: Math.min(maxOutputTokens, output + least),
          reasoning: 0,
        },
      }
    }

  const play = async (
    plan: readonly Act[],
    { density, tokens, price }: { readonly density: number; readonly tokens: number; readonly price?: Price },
  ) => {
    const replies = [...plan.map((act) => answerTo(act, density)), ...Array.from({ length: 3 }, (): ScriptedReply => 'done')]
    const llm = scriptedLlm(replies, { chunk: 10_000, model: { maxOutputTokens: 2000, ...(price === undefined ? {} : { price }) } })
    const perRun = price === undefined ? { tokens } : { usd: costOf(usageOf(tokens, 0), price) }
    const run = await createAgent({ llm, tools: [echo], budget: { perRun }, retry: { attempts: 20, baseDelayMs: 0 } }).run('go on')
    const result = await run.result
    return { result, perRun, ...(await settled(run)) }
  }
  const densities = fc.double({ min: 0.1, max: 1, noNaN: true })
  const limits = fc.integer({ min: 500, max: 60_000 })

  test('the settled tokens never go past the limit, and no turn past what was set aside for it', { timeout: 30_000 }, async () => {
    let longest = 0
    await fc.assert(
      fc.asyncProperty(acts, densities, limits, async (plan, density, tokens) => {
        const { result, bounds, ...spent } = await play(plan, { density, tokens })
        expect(spent.tokens).toBeLessThanOrEqual(tokens)
        for (const { used, reserved } of bounds) expect(used).toBeLessThanOrEqual(reserved)
        expect(['completed', 'budget_exhausted']).toContain(result.status === 'failed' ? result.error.code : result.status)
        longest = Math.max(longest, spent.turns + spent.lost)
      }),
      { numRuns: 200 },
    )
    expect(longest).toBeGreaterThan(2)
  })

  test('the settled dollars never go past the limit, whatever is cached and whatever that costs', { timeout: 30_000 }, async () => {
    const prices = fc.record<Price>({
      input: fc.integer({ min: 1, max: 30 }),
      output: fc.integer({ min: 1, max: 150 }),
      cacheRead: fc.integer({ min: 0, max: 30 }),
      cacheWrite: fc.integer({ min: 1, max: 60 }),
    })
    await fc.assert(
      fc.asyncProperty(acts, fc.record({ density: densities, tokens: limits, price: prices }), async (plan, given) => {
        const { perRun, usd } = await play(plan, given)
        expect(usd).toBeLessThanOrEqual((perRun.usd ?? NaN) * (1 + 1e-12))
      }),
      { numRuns: 200 },
    )
  })
})
