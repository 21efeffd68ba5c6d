/** The official Anthropic client understands what the simulator says. */
import type Anthropic from '@anthropic-ai/sdk'
import { afterEach, expect, test } from 'vitest'
import { answer, callTool, reasoning, refusal, react, script, startSimulator, text } from '../src/index.ts'
import type { Scenario, Simulator } from '../src/index.ts'
import { anthropicClient, weatherSchema } from './clients.ts'

let simulator: Simulator
afterEach(() => simulator.close())

const start = async (scenario: Scenario): Promise<Anthropic> => {
  simulator = await startSimulator({ scenario })
  return anthropicClient(simulator)
}

const tools = [
  { name: 'weather', description: 'Weather of a city', input_schema: { ...weatherSchema, required: ['city'] } },
] satisfies Anthropic.Tool[]

test('a whole tool loop runs, streamed, with thinking that comes back signed', async () => {
  const client = await start(
    script([
      [
        reasoning('The user wants weather.'),
        text('Let me look.'),
        callTool('weather', { city: 'Köln' }),
        callTool('weather', { city: 'Oslo' }),
      ],
      react((conversation) => text(`Köln: ${conversation.results[0]?.result?.text}, Oslo: ${conversation.results[1]?.result?.text}`)),
    ]),
  )
  const request = { model: 'claude-sonnet-4-6', max_tokens: 4096, tools, thinking: { type: 'enabled', budget_tokens: 1024 } } as const
  const prompt = { role: 'user', content: 'Weather in Köln and Oslo?' } as const
  const first = await client.messages.stream({ ...request, tools, messages: [prompt] }).finalMessage()
  expect(first.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool_use', 'tool_use'])
  expect(first.stop_reason).toBe('tool_use')
  expect(first.content[2]).toMatchObject({ name: 'weather', input: { city: 'Köln' } })
  const results = first.content.flatMap((block) =>
    block.type === 'tool_use'
      ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: `sunny in ${JSON.stringify(block.input)}` }]
      : [],
  )
  const second = await client.messages
    .stream({
      ...request,
      tools,
      messages: [prompt, { role: 'assistant', content: first.content }, { role: 'user', content: results }],
    })
    .finalMessage()
  expect(second.content).toMatchObject([{ type: 'text', text: 'Köln: sunny in {"city":"Köln"}, Oslo: sunny in {"city":"Oslo"}' }])
  expect(second.stop_reason).toBe('end_turn')
  expect(simulator.requests.map(({ verdict }) => verdict.status)).toEqual(['accepted', 'accepted'])
})

test('streamed and whole answers are the same message', async () => {
  const client = await start(() => [reasoning('Hm.'), text('Grüße 🌍'), callTool('weather', { city: 'Rome' })])
  const request = {
    model: 'claude-sonnet-4-6',
    max_tokens: 4096,
    tools,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    messages: [{ role: 'user', content: 'Hi' }],
  } satisfies Anthropic.MessageCreateParamsNonStreaming
  const whole = await client.messages.create(request)
  const streamed = await client.messages.stream(request).finalMessage()
  const essence = ({ content, stop_reason, usage }: Anthropic.Message): unknown => ({
    content: content.map((block) => ({ ...block, id: '', signature: '' })),
    stop_reason,
    output: usage.output_tokens,
    input: usage.input_tokens,
  })
  expect(essence(streamed)).toEqual(essence(whole))
})

test('thinking is only shown to a request that asked for it', async () => {
  const client = await start(() => [reasoning('secret'), text('Hello')])
  const message = await client.messages.create({ model: 'claude-sonnet-4-6', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] })
  expect(message.content.map(({ type }) => type)).toEqual(['text'])
  expect(message.usage.output_tokens).toBe(2)
})

test('an answer ends at max_tokens, and at a stop sequence', async () => {
  const client = await start(() => text('one two three four five six seven'))
  const base = { model: 'claude-sonnet-4-6', messages: [{ role: 'user', content: 'Count' }] } as const
  const short = await client.messages.create({ ...base, messages: [...base.messages], max_tokens: 2 })
  expect(short).toMatchObject({ stop_reason: 'max_tokens', content: [{ text: 'one two ' }], usage: { output_tokens: 2 } })
  const stopped = await client.messages.create({ ...base, messages: [...base.messages], max_tokens: 200, stop_sequences: [' four'] })
  expect(stopped).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: ' four', content: [{ text: 'one two three' }] })
})

test('a refusal has its stop reason and details', async () => {
  const client = await start(() => refusal('I cannot help with that.'))
  const message = await client.messages.create({ model: 'claude-sonnet-4-6', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] })
  expect(message.stop_reason).toBe('refusal')
  expect(message.stop_details).toMatchObject({ type: 'refusal', explanation: 'I cannot help with that.' })
})

test('pause and window stops are passed on', async () => {
  const client = await start(script([answer(text('wait'), { stop: 'pause' }), answer(text('full'), { stop: 'context_window' })]))
  const ask = () => client.messages.create({ model: 'claude-sonnet-4-6', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] })
  expect((await ask()).stop_reason).toBe('pause_turn')
  expect((await ask()).stop_reason).toBe('model_context_window_exceeded')
})

test('tokens are counted without asking the scenario, and models are listed', async () => {
  const client = await start(() => {
    throw new Error('never asked')
  })
  const counted = await client.messages.countTokens({ model: 'claude-sonnet-4-6', messages: [{ role: 'user', content: 'x'.repeat(4000) }] })
  expect(counted.input_tokens).toBeGreaterThan(1000)
  expect(counted.input_tokens).toBeLessThan(1020)
  const models = await client.models.list()
  expect(models.data.map(({ id }) => id)).toContain('claude-sonnet-4-6')
})
