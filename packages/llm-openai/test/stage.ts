/** The client in front of the simulator, which plays the scenes of the conformance suite. */
import type { LlmClientSubject, LlmCounts, LlmScene } from '@seamfold/core/testing'
import {
  answer,
  badRequest,
  builtInModels,
  callTool,
  callToolRaw,
  disconnected,
  failure,
  faulty,
  overloaded,
  rateLimited,
  reasoning,
  serverError,
  startSimulator,
  text,
  unauthorized,
  type Conversation,
  type ModelProfile,
  type TurnLike,
} from '@seamfold/simulator'
import { openai, type OpenAiMode } from '../src/index.ts'

const oslo = callTool('get_weather', { city: 'Oslo' })

const long = 'Hello there, this takes a while. '.repeat(200)

const scenes: Readonly<Record<LlmScene, (conversation: Conversation) => TurnLike>> = {
  says_hello: () => answer(text('Hello there'), { pace: { deltaCharacters: 4 } }),
  reasons_then_calls: () => [reasoning('Oslo it is.'), oslo],
  calls_two_tools: () => [oslo, callTool('get_time', { zone: 'UTC' })],
  malformed_arguments: () => callToolRaw('get_weather', '{"city": "Os'),
  no_arguments: () => callToolRaw('get_time', ''),
  counts_usage: () => [reasoning('Let me think about it.'), text('All is well.')],
  echoes: ({ prompt }) => answer(text(prompt), { pace: { deltaCharacters: 3, betweenChunksMs: 1 } }),
  overloaded: () => overloaded(),
  server_error: () => serverError(),
  drops_connection: () => disconnected(),
  rate_limited: () => rateLimited({ retryAfter: 2 }),
  unauthorized: () => unauthorized(),
  rejected: () => badRequest('No.'),
  context_overflow: () => failure(400, { code: 'context_length_exceeded', message: 'Too long' }),
  cut_off: () => ({ ...faulty([text(long)], { cut: { afterEvents: 12, how: 'end' } }), pace: { deltaCharacters: 8 } }),
  error_mid_stream: () => ({
    ...faulty([text(long)], { error: { afterEvents: 12, type: 'server_error', message: 'Overloaded' } }),
    pace: { deltaCharacters: 8 },
  }),
  // The first write holds the head of the answer, system text and all, and some deltas; the second never comes.
  hangs: () => answer(text(long), { pace: { deltaCharacters: 8, chunkBytes: 70_000, betweenChunksMs: 60_000 } }),
  never_answers: () => answer(text('Too late'), { pace: { firstByteMs: 60_000 } }),
}

/** A model of a compatible server that shows its reasoning in Chat Completions. */
const thinker: ModelProfile = {
  id: 'thinker',
  provider: 'openai',
  contextWindow: 100_000,
  maxOutputTokens: 10_000,
  thinking: ['enabled'],
  reasoningField: 'reasoning_content',
}

export interface Stage extends LlmClientSubject {
  close(): Promise<void>
}

export async function stage(mode: OpenAiMode, transport?: typeof fetch): Promise<Stage> {
  let scene: LlmScene = 'says_hello'
  let left = Promise.withResolvers<void>()
  const simulator = await startSimulator({
    models: [...builtInModels, thinker],
    scenario(conversation) {
      conversation.signal.addEventListener('abort', () => left.resolve())
      return scenes[scene](conversation)
    },
  })
  const reasons = mode === 'chat' ? ({ effort: 'low' } as const) : ({ effort: 'low', summary: 'auto' } as const)
  const model = mode === 'chat' ? 'thinker' : 'gpt-5'
  return {
    async in(next) {
      scene = next
      left = Promise.withResolvers()
      return openai({
        model,
        apiKey: 'none',
        baseURL: simulator.openaiBaseUrl,
        mode,
        reasoning: reasons,
        ...(transport ? { fetch: transport } : {}),
      })
    },
    requests: () => simulator.requests.length,
    closed: () => left.promise,
    counted(): LlmCounts {
      const usage = simulator.requests.at(-1)?.usage
      if (usage === undefined) throw new Error('The simulator counted nothing')
      const { input, output, cacheRead, cacheWrite } = usage
      return { in: input + cacheRead + cacheWrite, out: output, cacheRead, cacheWrite, reasoning: usage.reasoning }
    },
    close: () => simulator.close(),
  }
}
