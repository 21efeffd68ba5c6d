/** The official OpenAI client understands what the simulator says, in both APIs. */
import type OpenAI from 'openai'
import { afterEach, expect, test } from 'vitest'
import { answer, callTool, react, reasoning, refusal, script, startSimulator, text } from '../src/index.ts'
import type { Scenario, Simulator } from '../src/index.ts'
import { openAiClient, weatherSchema } from './clients.ts'

let simulator: Simulator
afterEach(() => simulator.close())

const start = async (scenario: Scenario): Promise<OpenAI> => {
  simulator = await startSimulator({ scenario })
  return openAiClient(simulator)
}

const weatherLoop = (): Scenario =>
  script([
    [reasoning('The user wants weather.'), callTool('weather', { city: 'Köln' }), callTool('weather', { city: 'Oslo' })],
    react((conversation) => text(conversation.results.map(({ result }) => result?.text).join(' and '))),
  ])

test('Chat Completions: a tool loop runs, streamed', async () => {
  const client = await start(weatherLoop())
  const tools = [
    { type: 'function', function: { name: 'weather', parameters: weatherSchema, strict: true } },
  ] satisfies OpenAI.ChatCompletionTool[]
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'Weather?' },
  ]
  const first = await client.chat.completions
    .stream({ model: 'gpt-5', messages, tools, stream_options: { include_usage: true } })
    .finalChatCompletion()
  const [choice] = first.choices
  expect(choice?.finish_reason).toBe('tool_calls')
  expect(first.usage?.completion_tokens_details?.reasoning_tokens).toBe(6)
  const calls = choice?.message.tool_calls ?? []
  expect(calls.map((call) => call.type === 'function' && call.function.arguments)).toEqual(['{"city":"Köln"}', '{"city":"Oslo"}'])
  const { role, content, tool_calls } = choice!.message
  // the client adds a field of its own, which the provider refuses
  const sent = (tool_calls ?? []).flatMap((call) =>
    call.type === 'function' ? [{ ...call, function: { name: call.function.name, arguments: call.function.arguments } }] : [],
  )
  messages.push({ role, content, tool_calls: sent })
  for (const call of calls) messages.push({ role: 'tool', tool_call_id: call.id, content: `sunny for ${call.id.slice(0, 5)}` })
  const second = await client.chat.completions.create({ model: 'gpt-5', messages, tools })
  expect(second.choices[0]?.message.content).toBe('sunny for call_ and sunny for call_')
  expect(second.choices[0]?.finish_reason).toBe('stop')
})

test('Responses: a tool loop runs, streamed, stateless with encrypted reasoning', async () => {
  const client = await start(weatherLoop())
  const tools = [{ type: 'function', name: 'weather', parameters: weatherSchema, strict: true }] satisfies OpenAI.Responses.Tool[]
  const request = {
    model: 'gpt-5',
    tools,
    store: false,
    include: ['reasoning.encrypted_content' as const],
    reasoning: { summary: 'auto' as const },
  }
  const input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: 'Weather?' }]
  const first = await client.responses.stream({ ...request, input }).finalResponse()
  expect(first.output.map(({ type }) => type)).toEqual(['reasoning', 'function_call', 'function_call'])
  expect(first.output[0]).toMatchObject({ summary: [{ text: 'The user wants weather.' }] })
  expect(first.usage?.output_tokens_details.reasoning_tokens).toBe(6)
  for (const item of first.output) {
    if (item.type === 'reasoning')
      input.push({ type: 'reasoning', id: item.id, summary: item.summary, encrypted_content: item.encrypted_content ?? null })
    if (item.type === 'function_call')
      input.push({ type: 'function_call', id: item.id ?? '', call_id: item.call_id, name: item.name, arguments: item.arguments })
  }
  for (const item of first.output)
    if (item.type === 'function_call') input.push({ type: 'function_call_output', call_id: item.call_id, output: item.arguments })
  const second = await client.responses.create({ ...request, input })
  expect(second.output_text).toBe('{"city":"Köln"} and {"city":"Oslo"}')
  expect(second.status).toBe('completed')
})

test('Responses: stored responses are continued by id', async () => {
  const client = await start(weatherLoop())
  const tools = [{ type: 'function', name: 'weather', parameters: weatherSchema, strict: true }] satisfies OpenAI.Responses.Tool[]
  const first = await client.responses.create({ model: 'gpt-5', tools, input: 'Weather?' })
  const outputs = first.output.flatMap((item) =>
    item.type === 'function_call' ? [{ type: 'function_call_output' as const, call_id: item.call_id, output: 'rain' }] : [],
  )
  const second = await client.responses.create({ model: 'gpt-5', tools, previous_response_id: first.id, input: outputs })
  expect(second.output_text).toBe('rain and rain')
})

test('Responses: an answer cut by its limit is incomplete, streamed or not', async () => {
  const client = await start(() => text('x'.repeat(400)))
  const request = { model: 'gpt-4.1', input: 'Hi', max_output_tokens: 16 }
  const whole = await client.responses.create(request)
  expect(whole).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
  expect(whole.output_text).toBe('x'.repeat(64))
  const types: string[] = []
  for await (const event of await client.responses.create({ ...request, stream: true })) types.push(event.type)
  expect(types.at(-1)).toBe('response.incomplete')
  expect(types.slice(0, 4)).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
  ])
})

test('refusals travel in their own field', async () => {
  const client = await start(() => refusal('No.'))
  const chat = await client.chat.completions.create({ model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hi' }] })
  expect(chat.choices[0]?.message).toMatchObject({ content: null, refusal: 'No.' })
  const response = await client.responses.create({ model: 'gpt-4.1', input: 'Hi' })
  expect(response.output[0]).toMatchObject({ content: [{ type: 'refusal', refusal: 'No.' }] })
})

test('a content filter ends both APIs in their own words', async () => {
  const client = await start(() => answer(text('Half'), { stop: 'content_filter' }))
  const chat = await client.chat.completions.create({ model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hi' }] })
  expect(chat.choices[0]?.finish_reason).toBe('content_filter')
  const response = await client.responses.create({ model: 'gpt-4.1', input: 'Hi' })
  expect(response.incomplete_details).toEqual({ reason: 'content_filter' })
})

test('models are listed and found', async () => {
  const client = await start(() => text('Hi'))
  const all = await client.models.list()
  expect(all.data.map(({ id }) => id)).toContain('gpt-5')
  expect((await client.models.retrieve('gpt-4.1')).id).toBe('gpt-4.1')
})
