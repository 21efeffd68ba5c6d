/** Histories go back so that the provider, as strict as the simulator is, takes them. */
import type { LlmClient, LlmRequest, Message } from '@seamfold/core/kit'
import {
  builtInModels,
  callTool,
  callToolRaw,
  reasoning,
  startSimulator,
  text,
  type ModelProfile,
  type Scenario,
  type Simulator,
} from '@seamfold/simulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openai, type OpenAiOptions } from '../src/index.ts'
import { answerOf, weather } from './reading.ts'

const thinker: ModelProfile = {
  id: 'thinker',
  provider: 'openai',
  contextWindow: 100_000,
  maxOutputTokens: 10_000,
  thinking: ['enabled'],
  reasoningField: 'reasoning',
}

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

async function simulator(scenario: Scenario): Promise<Simulator> {
  const started = await startSimulator({ scenario, models: [...builtInModels, thinker] })
  onTestFinished(() => started.close())
  return started
}

const clientOf = ({ openaiBaseUrl }: Simulator, options: OpenAiOptions): LlmClient =>
  openai({ apiKey: 'none', baseURL: openaiBaseUrl, ...options })

/** Plays a conversation of so many turns, answering every call, with one client after the other. */
async function converse(clients: readonly LlmClient[], turns: number): Promise<readonly Message[]> {
  let messages: readonly Message[] = [{ role: 'user', content: [{ type: 'text', text: 'Begin' }] }]
  for (let turn = 0; turn < turns; turn++) {
    const request: LlmRequest = { system: 'Be brief.', messages, tools: [weather] }
    const { message } = await answerOf(clients[turn % clients.length]!, request)
    const results = message.content.flatMap((block) =>
      block.type === 'tool_use' ? [{ type: 'tool_result', toolUseId: block.id, content: `${turn} °C`, isError: false } as const] : [],
    )
    const next: Message = { role: 'user', content: results.length > 0 ? results : [{ type: 'text', text: `Go on ${turn}` }] }
    messages = [...messages, message, next]
  }
  return messages
}

const oslo = callTool('get_weather', { city: 'Oslo' })
const rome = callTool('get_weather', { city: 'Rome' })

/** A model that does something else in every turn. */
const lively: Scenario = ({ turn }) =>
  [
    [reasoning('Two cities.'), text('Looking.'), oslo, rome],
    [reasoning('One more.'), oslo],
    [reasoning('Enough.'), text('It is cold.')],
    [callToolRaw('get_weather', '{"city": "Os')],
    [callToolRaw('get_weather', '')],
    [text('Well.')],
  ][(turn - 1) % 6] ?? text('Well.')

describe.each<[string, OpenAiOptions]>([
  ['Responses with a reasoning model', { model: 'gpt-5', mode: 'responses', reasoning: { effort: 'low', summary: 'auto' } }],
  ['Responses with reasoning that is not shown', { model: 'gpt-5', mode: 'responses' }],
  ['Responses with a model that does not reason', { model: 'gpt-4.1', mode: 'responses' }],
  ['Chat Completions', { model: 'gpt-4.1', mode: 'chat', maxOutputTokens: 1000 }],
  ['Chat Completions with a reasoning model', { model: 'gpt-5', mode: 'chat', maxOutputTokens: 1000 }],
  ['Chat Completions with a server that shows reasoning', { model: 'thinker', mode: 'chat' }],
])('%s', (_, options) => {
  test('takes back everything that it said, for twelve turns', async () => {
    const server = await simulator(lively)
    await converse([clientOf(server, options)], 12)
    expect(server.requests.map(({ verdict }) => verdict.status)).toEqual(Array.from({ length: 12 }, () => 'accepted'))
  })

  test('takes images from people and from tools', async () => {
    const server = await simulator(({ turn }) => (turn === 1 ? oslo : text('A dot.')))
    const client = clientOf(server, options)
    const image = { type: 'image', mediaType: 'image/png', data: PIXEL } as const
    const first: Message = { role: 'user', content: [image, { type: 'text', text: 'What is it?' }] }
    const { message } = await answerOf(client, { system: '', messages: [first], tools: [weather] })
    const call = message.content.find((block) => block.type === 'tool_use')
    const second: Message = {
      role: 'user',
      content: [{ type: 'tool_result', toolUseId: call?.id ?? '', content: [{ type: 'text', text: 'See' }, image], isError: false }],
    }
    await answerOf(client, { system: '', messages: [first, message, second], tools: [weather] })
    expect(server.requests.at(-1)?.verdict).toEqual({ status: 'accepted' })
  })

  test('holds an answer to a schema that it accepts', async () => {
    const server = await simulator(() => text('{"city":"Oslo","note":null}'))
    const schema = {
      type: 'object',
      properties: { city: { type: 'string', minLength: 1 }, note: { type: 'string' } },
      required: ['city'],
    } as const
    await answerOf(clientOf(server, options), {
      system: '',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Where?' }] }],
      tools: [],
      output: { name: 'place', schema },
    })
    expect(server.requests.at(-1)?.verdict).toEqual({ status: 'accepted' })
  })
})

describe('models that take turns in one conversation', () => {
  test('never get the reasoning of another', async () => {
    const server = await simulator(lively)
    const clients = [
      clientOf(server, { model: 'gpt-5', mode: 'responses', reasoning: { effort: 'low' } }),
      clientOf(server, { model: 'gpt-5-mini', mode: 'responses', reasoning: { effort: 'low' } }),
      clientOf(server, { model: 'thinker', mode: 'chat' }),
      clientOf(server, { model: 'gpt-4.1', mode: 'chat' }),
    ]
    await converse(clients, 16)
    expect(server.requests.map(({ verdict }) => verdict.status)).toEqual(Array.from({ length: 16 }, () => 'accepted'))
  })
})

test('call ids that a server repeats in every answer are told apart, so that Responses takes the conversation over', async () => {
  const server = await simulator(() => callTool('get_weather', { city: 'Oslo' }, { id: 'call_0' }))
  const messages = await converse([clientOf(server, { model: 'gpt-4.1', mode: 'chat' })], 3)
  const ids = messages.flatMap(({ content }) => content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])))
  expect(new Set(ids).size).toBe(3)
  await answerOf(clientOf(server, { model: 'gpt-5', mode: 'responses' }), { system: '', messages, tools: [weather] })
  expect(server.requests.at(-1)?.verdict).toEqual({ status: 'accepted' })
})

test('a growing conversation keeps hitting the prompt cache', async () => {
  const server = await simulator(() => text('Well.'))
  const client = clientOf(server, { model: 'gpt-5', mode: 'responses' })
  let messages: readonly Message[] = [{ role: 'user', content: [{ type: 'text', text: 'Begin '.repeat(3000) }] }]
  const cold: boolean[] = []
  for (let turn = 0; turn < 3; turn++) {
    const { message, usage } = await answerOf(client, { system: 'Be brief.', messages, tools: [weather] })
    cold.push(usage.cacheRead <= usage.input)
    messages = [...messages, message, { role: 'user', content: [{ type: 'text', text: 'Go on' }] }]
  }
  expect(cold).toEqual([true, false, false])
})
