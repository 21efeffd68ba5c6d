/** Ways to put bytes before the adapter and to read what it makes of them. */
import type { LlmClient, LlmDone, LlmEvent, LlmRequest, Message, ToolDefinition } from '@seamfold/core/kit'
import { openai, type OpenAiOptions } from '../src/index.ts'

/** Events as text: each object as one `data` line. */
export const sse = (...data: (object | string)[]): string =>
  data.map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join('')

export const weather: ToolDefinition = {
  name: 'get_weather',
  description: 'The weather in a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

export const asking = (words: string, more: Partial<LlmRequest> = {}): LlmRequest => ({
  system: 'Be brief.',
  messages: [{ role: 'user', content: [{ type: 'text', text: words }] }],
  tools: [weather],
  ...more,
})

/** A client whose `fetch` answers with these chunks, each of them one network read. */
export function clientReading(
  chunks: readonly (string | Uint8Array)[],
  options: Partial<OpenAiOptions> = {},
  type = 'text/event-stream',
): LlmClient {
  const encoder = new TextEncoder()
  const answer = async (): Promise<Response> => {
    const left = [...chunks]
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const chunk = left.shift()
          if (chunk === undefined) controller.close()
          else controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk)
        },
      },
      { highWaterMark: 0 },
    )
    return new Response(body, { headers: { 'content-type': type } })
  }
  return openai({ model: 'test-model', apiKey: 'none', baseURL: 'http://compatible.test/v1', fetch: answer, ...options })
}

export const responses = { mode: 'responses' } as const

export async function batchesOf(client: LlmClient, request: LlmRequest = asking('Hello')): Promise<(readonly LlmEvent[])[]> {
  const batches: (readonly LlmEvent[])[] = []
  for await (const batch of client.stream(request, { signal: new AbortController().signal })) batches.push(batch)
  return batches
}

export const eventsOf = async (client: LlmClient, request?: LlmRequest): Promise<LlmEvent[]> => (await batchesOf(client, request)).flat()

/** The end of an answer, checked against the deltas before it. */
export async function answerOf(client: LlmClient, request?: LlmRequest): Promise<LlmDone> {
  const events = await eventsOf(client, request)
  const done = events.at(-1)
  if (done?.type !== 'done') throw new Error(`The last event is ${done?.type ?? 'missing'}`)
  const told = messageFrom(events)
  const said = done.message.content.map((block) => {
    if (block.type === 'text' || block.type === 'reasoning') return { type: block.type, text: block.text }
    if (block.type === 'tool_use')
      return { type: block.type, id: block.id, name: block.name, input: block.invalidInput ?? JSON.stringify(block.input) }
    return block
  })
  const empty = (block: { type: string }): boolean => block.type === 'reasoning' && 'text' in block && block.text === ''
  if (JSON.stringify(told.filter((block) => !empty(block))) !== JSON.stringify(said.filter((block) => !empty(block)))) {
    throw new Error(`Deltas say ${JSON.stringify(told)}, done says ${JSON.stringify(said)}`)
  }
  return done
}

export const contentOf = async (client: LlmClient, request?: LlmRequest): Promise<Message['content']> =>
  (await answerOf(client, request)).message.content

function messageFrom(events: readonly LlmEvent[]): { type: string }[] {
  const blocks: Record<string, string>[] = []
  for (const event of events) {
    if (event.type === 'done') continue
    if (event.type === 'tool_start') blocks[event.block] = { type: 'tool_use', id: event.id, name: event.name, input: '' }
    else if (event.type === 'tool_input_delta') blocks[event.block]!['input'] += event.delta
    else (blocks[event.block] ??= { type: event.type === 'text_delta' ? 'text' : 'reasoning', text: '' })['text'] += event.text
  }
  return blocks
    .filter((block) => block !== undefined)
    .map((block) =>
      block['type'] === 'tool_use'
        ? { ...block, type: 'tool_use', input: normal(block['input'] ?? '') }
        : { ...block, type: block['type'] ?? '' },
    )
}

function normal(json: string): string {
  if (json.trim() === '') return '{}'
  try {
    return JSON.stringify(JSON.parse(json) ?? {})
  } catch {
    return json
  }
}
