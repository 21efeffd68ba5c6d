/** Asks a client over and over, as a runtime does. */
import { toolCallsOf, type Block, type LlmClient, type LlmDone, type LlmEvent, type LlmRequest, type Message } from '@seamfold/core/kit'

export const weather = {
  name: 'get_weather',
  description: 'Tells the weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}

export async function askAll(client: LlmClient, request: Partial<LlmRequest>): Promise<readonly LlmEvent[]> {
  const events: LlmEvent[] = []
  const whole = { system: 'Be brief.', messages: [], tools: [weather], ...request }
  for await (const batch of client.stream(whole, { signal: new AbortController().signal })) events.push(...batch)
  return events
}

export async function ask(client: LlmClient, request: Partial<LlmRequest>): Promise<LlmDone> {
  const done = (await askAll(client, request)).at(-1)
  if (done?.type !== 'done') throw new Error('the stream ended without done')
  return done
}

/** One result for each call of a message, in order. */
export const answered = (message: Message, content = 'sunny'): Message => ({
  role: 'user',
  content: toolCallsOf(message).map(({ id }): Block => ({ type: 'tool_result', toolUseId: id, content, isError: false })),
})
