/** The guard around a model client: whatever the client does, the loop gets one end, our errors, and no waiting. */
import { describe, expect, test } from 'vitest'
import { AgentError, createAgent, defineMiddleware } from '../../src/index.ts'
import type { LlmClient, LlmEvent } from '../../src/kit.ts'

const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
const done: LlmEvent = {
  type: 'done',
  message: { role: 'assistant', content: [{ type: 'text', text: 'hi' }] },
  usage,
  stopReason: 'end_turn',
}
const delta: LlmEvent = { type: 'text_delta', block: 0, text: 'hi' }

const client = (stream: LlmClient['stream']): LlmClient => ({ contract: 1, model: { provider: 'p', id: 'm' }, stream })

/** Yields these batches, then what follows. */
const yielding = (batches: readonly (readonly LlmEvent[])[], then: () => void = () => {}): LlmClient =>
  client(async function* () {
    yield* batches
    then()
  })

const resultOf = async (llm: LlmClient) => (await createAgent({ llm, retry: { attempts: 1 } }).run('go')).result

describe('a model client', () => {
  test('that keeps its contract is heard in batches of any size', async () => {
    for (const batches of [[[delta, done]], [[delta], [], [done]], [[], [done]]])
      expect(await resultOf(yielding(batches))).toMatchObject({ status: 'completed', text: 'hi' })
  })

  test.each([
    ['goes on after it was done', [[done], [delta]], 'went on after it was done'],
    ['is done twice', [[done], [done]], 'went on after it was done'],
    ['sends deltas behind its end', [[done, delta]], 'sent deltas after it was done'],
  ] as const)('that %s is named as the one to mend', async (_, batches, words) => {
    expect(await resultOf(yielding(batches))).toMatchObject({
      status: 'failed',
      error: { code: 'contract_violation', retryable: false, message: expect.stringContaining(`The model client of m ${words}`) },
    })
  })

  test('that ends before it is done was cut off, which may pass', async () => {
    expect(await resultOf(yielding([[delta]]))).toMatchObject({ error: { code: 'llm_unavailable', retryable: true }, text: 'hi' })
  })

  test('that throws something of its own is named as the one to mend, with its words', async () => {
    const failing = yielding([[delta]], () => {
      throw new TypeError('x is undefined')
    })
    expect(await resultOf(failing)).toMatchObject({
      error: { code: 'contract_violation', message: expect.stringContaining('x is undefined') },
    })
  })

  test('that throws one of our errors is quoted as it is', async () => {
    const error = new AgentError('llm_unauthorized', 'no key', { details: { status: 401 } })
    expect(
      await resultOf(
        yielding([], () => {
          throw error
        }),
      ),
    ).toMatchObject({ error: { code: 'llm_unauthorized', message: 'no key' } })
  })

  test('that ignores its signal, and never closes, does not hold a cancelled run up', async () => {
    const asked = Promise.withResolvers<void>()
    const deaf = client(() => ({
      [Symbol.asyncIterator]: () => ({
        next: () => (asked.resolve(), new Promise(() => {})),
        return: () => new Promise(() => {}),
      }),
    }))
    const run = await createAgent({ llm: deaf }).run('go')
    await asked.promise
    expect(await run.cancel('enough')).toBe(true)
  })

  test('is not asked at all for a run that is cancelled before', async () => {
    let asked = 0
    const curious = client(async function* () {
      asked++
      yield [done]
    })
    const control = new AbortController()
    const run = await createAgent({ llm: curious }).run('go', { signal: control.signal })
    control.abort(new Error('left'))
    expect(await run.result).toMatchObject({ status: 'cancelled', reason: 'left' })
    expect(asked).toBe(0)
  })

  test('has its stream closed when somebody around it has heard enough', async () => {
    let closed = false
    const llm = client(async function* () {
      try {
        for (;;) yield [delta]
      } finally {
        closed = true
      }
    })
    const enough = defineMiddleware({
      name: 'enough',
      start: () => ({
        async *wrapModelCall(call, next) {
          for await (const batch of next(call)) {
            yield batch
            throw new AgentError('llm_rejected', 'enough')
          }
        },
      }),
    })
    const run = await createAgent({ llm, use: [enough] }).run('go')
    expect(await run.result).toMatchObject({ status: 'failed', error: { message: 'enough' } })
    await new Promise((resolve) => setImmediate(resolve))
    expect(closed).toBe(true)
  })
})
