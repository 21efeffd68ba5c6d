/** A good client without a network, and its provider: plays every scene of the llm-client suite. */
import { AgentError } from '../../src/base/errors.ts'
import { textOf, type Block } from '../../src/model/message.ts'
import type { LlmClient, LlmDone, LlmEvent, LlmRequest } from '../../src/ports/llm-client.ts'
import type { LlmClientSubject, LlmCounts, LlmScene } from '../../src/testing/llm-scene.ts'

const model = { provider: 'player', id: 'player-1' }

const failures: Partial<Record<LlmScene, () => AgentError>> = {
  overloaded: () => new AgentError('llm_unavailable', 'overloaded'),
  server_error: () => new AgentError('llm_unavailable', 'server error'),
  drops_connection: () => new AgentError('llm_unavailable', 'no connection'),
  rate_limited: () => new AgentError('llm_rate_limited', 'slow down', { details: { retryAfterMs: 2000 } }),
  unauthorized: () => new AgentError('llm_unauthorized', 'wrong key'),
  rejected: () => new AgentError('llm_rejected', 'bad request'),
  context_overflow: () => new AgentError('context_overflow', 'too long'),
}

const call = (id: string, name: string, json: string): Block => {
  if (json === '{"city": "Os') return { type: 'tool_use', id, name, input: {}, invalidInput: json }
  return { type: 'tool_use', id, name, input: json === '' ? {} : JSON.parse(json) }
}

const contents: Partial<Record<LlmScene, readonly Block[]>> = {
  says_hello: [{ type: 'text', text: 'Hello there' }],
  reasons_then_calls: [
    { type: 'reasoning', text: 'I should look.', origin: { provider: 'player', model: 'player-1' } },
    call('a', 'get_weather', '{"city":"Oslo"}'),
  ],
  calls_two_tools: [call('a', 'get_weather', '{"city":"Oslo"}'), call('b', 'get_time', '{"zone":"UTC"}')],
  malformed_arguments: [call('a', 'get_weather', '{"city": "Os')],
  no_arguments: [call('a', 'get_time', '')],
  counts_usage: [{ type: 'text', text: 'Counted' }],
}

const halves = (text: string): readonly string[] => [text.slice(0, 3), text.slice(3)].filter((part) => part !== '')

function deltasOf(block: Block, at: number): readonly LlmEvent[] {
  if (block.type === 'text') return halves(block.text).map((text) => ({ type: 'text_delta', block: at, text }))
  if (block.type === 'reasoning') return halves(block.text).map((text) => ({ type: 'reasoning_delta', block: at, text }))
  if (block.type !== 'tool_use') return []
  const json = block.invalidInput ?? (Object.keys(block.input ?? {}).length === 0 ? '' : JSON.stringify(block.input))
  return [
    { type: 'tool_start', block: at, id: block.id, name: block.name },
    ...halves(json).map((delta): LlmEvent => ({ type: 'tool_input_delta', block: at, delta })),
  ]
}

export function llmPlayer(): LlmClientSubject {
  const closed = Promise.withResolvers<void>()
  let requests = 0
  let counts: LlmCounts = { in: 0, out: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }

  const done = (content: readonly Block[]): LlmDone => {
    counts =
      counts.in === 0
        ? { in: 100, out: 30, cacheRead: 0, cacheWrite: 60, reasoning: 10 }
        : { in: 100, out: 30, cacheRead: 60, cacheWrite: 0, reasoning: 10 }
    const { out: output, cacheRead, cacheWrite, reasoning } = counts
    const stopReason = content.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn'
    return {
      type: 'done',
      message: { role: 'assistant', content },
      usage: { input: 40, output, cacheRead, cacheWrite, reasoning },
      stopReason,
    }
  }

  async function* play(scene: LlmScene, request: LlmRequest, signal: AbortSignal): AsyncGenerator<readonly LlmEvent[]> {
    signal.throwIfAborted()
    requests += 1
    await Promise.resolve()
    const failure = failures[scene]
    if (failure !== undefined) throw failure()
    if (scene === 'hangs' || scene === 'never_answers') return yield* hang(scene, signal)
    if (scene === 'cut_off' || scene === 'error_mid_stream') {
      yield [{ type: 'text_delta', block: 0, text: 'Hel' }]
      throw new AgentError('llm_unavailable', scene)
    }
    const last = request.messages.at(-1)
    const content = contents[scene] ?? [{ type: 'text', text: last === undefined ? '' : textOf(last) }]
    const events = content.flatMap(deltasOf)
    yield events.slice(0, 2)
    yield [...events.slice(2), done(content)]
  }

  async function* hang(scene: LlmScene, signal: AbortSignal): AsyncGenerator<readonly LlmEvent[]> {
    try {
      if (scene === 'hangs') yield [{ type: 'text_delta', block: 0, text: 'Hel' }]
      await new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason)
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    } finally {
      closed.resolve()
    }
  }

  return {
    in: async (scene): Promise<LlmClient> => ({ contract: 1, model, stream: (request, { signal }) => play(scene, request, signal) }),
    requests: () => requests,
    closed: () => closed.promise,
    counted: () => counts,
  }
}
