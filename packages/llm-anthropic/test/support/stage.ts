/** The client in front of the simulator, which plays the scenes of the conformance suite. */
import type { LlmClientSubject, LlmScene } from '@seamfold/core/testing'
import {
  answer,
  badRequest,
  callTool,
  callToolRaw,
  disconnected,
  faulty,
  overloaded,
  rateLimited,
  reasoning,
  serverError,
  startSimulator,
  text,
  unauthorized,
  type Simulator,
  type TurnLike,
} from '@seamfold/simulator'
import { anthropic } from '../../src/index.ts'

const weather = callTool('get_weather', { city: 'Oslo' })
const long = [text('Hello there, this is a long answer. '.repeat(50))]
const forever = 600_000

const turns: Readonly<Record<Exclude<LlmScene, 'echoes'>, TurnLike>> = {
  says_hello: answer(text('Hello there'), { pace: { deltaCharacters: 4 } }),
  reasons_then_calls: answer([reasoning('I should look it up.'), weather], { pace: { deltaCharacters: 5 } }),
  calls_two_tools: [weather, callTool('get_time', { zone: 'UTC' })],
  malformed_arguments: callToolRaw('get_weather', '{"city": "Os'),
  no_arguments: callToolRaw('get_time', ''),
  counts_usage: [reasoning('Let me count.'), text('Counted.')],
  overloaded: overloaded(),
  server_error: serverError(),
  drops_connection: disconnected(),
  rate_limited: rateLimited({ retryAfter: 2 }),
  unauthorized: unauthorized(),
  rejected: badRequest('messages: at least one message is required'),
  context_overflow: badRequest('prompt is too long: 210000 tokens > 200000 maximum'),
  cut_off: faulty(long, { cut: { afterEvents: 4, how: 'end' } }),
  error_mid_stream: faulty(long, { error: { afterEvents: 4 } }),
  hangs: answer(long, { pace: { chunkBytes: 2000, betweenChunksMs: forever } }),
  never_answers: answer(long, { pace: { firstByteMs: forever } }),
}

export interface Stage extends LlmClientSubject {
  readonly simulator: Simulator
}

export async function stage(): Promise<Stage> {
  let left = Promise.withResolvers<void>()
  const simulator = await startSimulator({ scenario: () => text('no scene yet') })
  return {
    simulator,
    async in(scene) {
      left = Promise.withResolvers<void>()
      simulator.reset({
        scenario({ prompt, signal }) {
          signal.addEventListener('abort', () => left.resolve())
          return scene === 'echoes' ? answer(text(prompt), { pace: { deltaCharacters: 2 } }) : turns[scene]
        },
      })
      return anthropic({ model: 'claude-sonnet-4-5', apiKey: 'key', baseURL: simulator.anthropicBaseUrl, thinking: { budgetTokens: 2000 } })
    },
    requests: () => simulator.requests.length,
    closed: () => left.promise,
    counted() {
      const usage = simulator.requests.at(-1)?.usage
      if (usage === undefined) throw new Error('the simulator has counted nothing yet')
      const { input, output, cacheRead, cacheWrite, reasoning: thought } = usage
      return { in: input + cacheRead + cacheWrite, out: output, cacheRead, cacheWrite, reasoning: thought }
    },
  }
}
