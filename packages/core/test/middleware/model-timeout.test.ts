/** A model's silence, a turn's time and a run's time: each has an end, and none leaves a timer behind. */
import { describe, expect, test } from 'vitest'
import { createAgent, type Timeouts, tool } from '../../src/index.ts'
import type { LlmClient, LlmEvent } from '../../src/kit.ts'
import { callOf, type ManualHost, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect, pass } from './runs.ts'

/** What a model does, in order: milliseconds of silence, a text, or a sign of life without content. */
type Act = number | string

const PING = ''

/** Plays one list per call; `deaf` ignores its signal. */
function performer(host: ManualHost, plays: readonly (readonly Act[])[], { deaf = false } = {}): LlmClient & { calls: number } {
  const client = {
    contract: 1 as const,
    model: { provider: 'performer', id: 'performer' },
    calls: 0,
    async *stream(_: unknown, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<readonly LlmEvent[]> {
      let text = ''
      for (const act of plays[client.calls++] ?? []) {
        if (typeof act === 'number') await host.clock.sleep(act, deaf ? {} : { signal })
        else if (act === PING) yield []
        else {
          text += act
          yield [{ type: 'text_delta', block: 0, text: act }]
        }
      }
      const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
      yield [{ type: 'done', message: { role: 'assistant', content: [{ type: 'text', text }] }, usage, stopReason: 'end_turn' }]
    },
  }
  return client
}

/** How one prompt to such a model ends, and after how many milliseconds. */
async function play(plays: readonly (readonly Act[])[], timeouts: Timeouts = {}, options: { readonly deaf?: boolean } = {}) {
  const host = manualHost()
  const llm = performer(host, plays, options)
  const started = host.clock.now()
  const run = await createAgent({ llm, host, timeouts, retry: { attempts: 2, baseDelayMs: 0 } }).run('go')
  const result = await pass(run.result, host.clock, 1000)
  const ended = (await collect(run)).at(-1)?.timestamp ?? 0
  return { result, calls: llm.calls, took: ended - started, pending: host.clock.pending }
}

describe('a model that says nothing', { timeout: 30_000 }, () => {
  test('for two minutes after the request is asked once more', async () => {
    const { result, calls, took, pending } = await play([[999_999], ['here']])
    expect(result).toMatchObject({ status: 'completed', text: 'here' })
    expect([calls, took, pending]).toEqual([2, 120_000, 0])
  })

  test('in the middle of its answer is asked once more, and what it had said is void', async () => {
    const { result, calls, took } = await play([['half', 1000, ' of', 999_999], ['all of it']])
    expect(result).toMatchObject({ status: 'completed', text: 'all of it' })
    expect([calls, took]).toEqual([2, 121_000])
  })

  test('often enough fails the run, saying for how long and when', async () => {
    const first = await play([[99_999], [99_999]], { firstChunkMs: 3000 })
    expect(first.result).toMatchObject({ error: { code: 'timeout', message: 'The model sent no content for 3000 ms after the request' } })
    const later = await play(
      [
        ['a', 99_999],
        ['a', 99_999],
      ],
      { chunkMs: 2000 },
    )
    expect(later.result).toMatchObject({ error: { message: 'The model sent no content for 2000 ms in the middle of its answer' } })
    expect([first.took, later.took]).toEqual([6000, 4000])
  })

  test('but sends signs of life is as silent', async () => {
    const pings = Array.from({ length: 10 }, (): Act[] => [1000, PING]).flat()
    const { result, took } = await play([pings, pings], { firstChunkMs: 3500 })
    expect([result.status, took]).toEqual(['failed', 7000])
  })

  test('but goes on talking may talk for as long as it likes', async () => {
    const { result, calls, took } = await play([Array.from({ length: 60 }, (): Act[] => [1900, 'word ']).flat()], { chunkMs: 2000 })
    expect(result).toMatchObject({ status: 'completed', text: 'word '.repeat(60) })
    expect([calls, took]).toEqual([1, 114_000])
  })

  test('may be silent for as long as it likes where there is no limit', async () => {
    const { result, pending } = await play([[130_000, 'a', 130_000, 'b']], { firstChunkMs: 0, chunkMs: 0 })
    expect(result).toMatchObject({ status: 'completed', text: 'ab' })
    expect(pending).toBe(0)
  })

  test('has one limit before its first word and another between words', async () => {
    expect((await play([[5000, 'a', 5000, 'b']], { firstChunkMs: 6000, chunkMs: 6000 })).calls).toBe(1)
    expect((await play([[5000, 'a', 5000], ['b']], { firstChunkMs: 6000, chunkMs: 4000 })).calls).toBe(2)
    expect((await play([[5000, 'a', 5000], ['b']], { firstChunkMs: 4000, chunkMs: 6000 })).calls).toBe(2)
    expect((await play([[5000, 'a', 5000], ['b']], { firstChunkMs: 0, chunkMs: 4000 })).calls).toBe(2)
    expect((await play([[5000, 'a', 5000, 'b']], { firstChunkMs: 6000, chunkMs: 0 })).calls).toBe(1)
  })

  test('and does not listen either is left behind', async () => {
    const { result, took } = await play([[999_999], ['here']], { firstChunkMs: 1000 }, { deaf: true })
    expect(result).toMatchObject({ status: 'completed', text: 'here' })
    expect(took).toBe(1000)
  })
})

describe('a turn', () => {
  test('has its time for all its tries together, and is not tried again after that', async () => {
    const { result, calls, took, pending } = await play([[3000], [3000], ['here']], { firstChunkMs: 2000, turnMs: 3500 })
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: 'timeout', retryable: false, message: 'Turn 1 had no whole answer within 3500 ms' },
    })
    expect([calls, took, pending]).toEqual([2, 3500, 0])
  })

  test('gets its time anew each time, and has no more than that', async () => {
    const host = manualHost()
    const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })
    const after =
      (ms: number, reply: ScriptedReply): ScriptedReply =>
      async (_, signal) => {
        await host.clock.sleep(ms, { signal })
        return reply
      }
    const start = async (last: ScriptedReply) => {
      const llm = scriptedLlm([after(2000, [callOf('look', { n: 1 })]), after(2000, [callOf('look', { n: 2 })]), last])
      const run = await createAgent({ llm, host, tools: [look], timeouts: { turnMs: 3000 } }).run('go')
      return pass(run.result, host.clock)
    }
    expect(await start(after(2000, 'here'))).toMatchObject({ status: 'completed', text: 'here' })
    expect(host.clock.pending).toBe(0)
    expect(await start(after(4000, 'late'))).toMatchObject({ error: { message: 'Turn 3 had no whole answer within 3000 ms' } })
  })
})

describe('a run', () => {
  test('ends when its time is up, whatever it is doing, with what the model had said', async () => {
    const { result, took, pending } = await play([['so far', 999_999]], { totalMs: 5000 })
    expect(result).toMatchObject({
      status: 'failed',
      text: 'so far',
      error: { code: 'timeout', message: 'The run did not end within 5000 ms' },
    })
    expect([took, pending]).toEqual([5000, 0])
  })

  test('is stopped in the middle of a tool call, which says so', async () => {
    const host = manualHost()
    const hang = tool({
      name: 'hang',
      description: 'Hangs.',
      execute: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    })
    const run = await createAgent({ llm: scriptedLlm([[callOf('hang')]]), host, tools: [hang], timeouts: { totalMs: 5000 } }).run('go')
    expect(await pass(run.result, host.clock)).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
    const end = (await collect(run)).find(({ event }) => event.type === 'tool_end')
    expect(end).toMatchObject({ event: { errorKind: 'unknown_outcome', output: expect.stringContaining('did not end within 5000 ms') } })
    expect(host.clock.pending).toBe(0)
  })
})
