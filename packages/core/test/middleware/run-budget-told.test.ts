/** What a run's budget counts and what it tells: refused attempts take nothing, and each limit warns by its own name. */
import { describe, expect, test } from 'vitest'
import { AgentError, createAgent, jsonSchema, tool } from '../../src/index.ts'
import type { LlmClient, Usage } from '../../src/kit.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { eventsOf } from './runs.ts'

const usageOf = (input: number, output: number): Usage => ({ input, output, cacheRead: 0, cacheWrite: 0, reasoning: 0 })

const echo = tool<{ size: number }>({
  name: 'echo',
  description: 'Returns so many characters.',
  input: jsonSchema<{ size: number }>({ type: 'object', properties: { size: { type: 'number' } } }),
  readOnly: true,
  execute: ({ size }) => 'x'.repeat(size),
})

describe('an attempt that the provider refused', () => {
  const busy = new AgentError('llm_rate_limited', 'busy', { retryable: true })
  const full = new AgentError('llm_unavailable', 'overloaded', { details: { status: 529, refused: true } })

  test.each([busy, full])('took nothing: the run goes on with all that it had: %s', async (error) => {
    const llm = scriptedLlm([error, error, error, 'fine'])
    const run = await createAgent({ llm, retry: { baseDelayMs: 1 }, budget: { perRun: { tokens: 20_000 } } }).run('hello')
    expect(await run.completed()).toMatchObject({ text: 'fine' })
    const starts = await eventsOf(run, 'turn_start')
    expect(starts.map(({ reservation }) => reservation)).toEqual([
      { tokens: 20_000 },
      { tokens: 20_000, afterRefusal: true },
      { tokens: 20_000, afterRefusal: true },
      { tokens: 20_000, afterRefusal: true },
    ])
  })

  test('counts at its worst where it had begun to answer, or nobody knows whether it was refused', async () => {
    const broken = new AgentError('llm_unavailable', 'the connection broke', { retryable: true })
    const begun: LlmClient = {
      ...scriptedLlm([]),
      async *stream() {
        yield [{ type: 'text_delta', block: 0, text: 'I' }]
        throw busy
      },
    }
    for (const llm of [scriptedLlm([broken, 'never']), scriptedLlm([full, broken, 'never']), begun]) {
      const run = await createAgent({ llm, retry: { baseDelayMs: 1 }, budget: { perRun: { tokens: 20_000 } } }).run('hello')
      expect(await run.result).toMatchObject({ status: 'failed', error: { code: 'budget_exhausted' } })
    }
  })
})

test('each limit warns once, by its own name, and a refused tool call says so', async () => {
  const script: ScriptedReply[] = [1, 2, 3, 4, 5, 6, 7].map((size) => ({ blocks: [callOf('echo', { size })], usage: usageOf(800, 200) }))
  const llm = scriptedLlm([...script, 'fine'], { model: { maxOutputTokens: 300, price: { input: 1, output: 1 } } })
  const run = await createAgent({ llm, tools: [echo], budget: { perRun: { tokens: 20_000, usd: 0.0087, toolCalls: 5 } } }).run('hello')
  await run.completed()
  const told = (await eventsOf(run, 'budget_threshold_hit')).map(({ resource, kind, consumed, limit, message }) => [
    resource,
    kind,
    consumed,
    limit,
    message,
  ])
  expect(told).toEqual([
    ['toolCalls', 'soft', 4, 5, '4 of 5 tool calls'],
    ['toolCalls', 'hard', 5, 5, '5 of 5 tool calls'],
    ['toolCalls', 'hard', 5, 5, '5 of 5 tool calls'],
    ['usd', 'soft', expect.closeTo(0.007, 6), 0.0087, '$0.0070 of $0.0087'],
  ])
})
