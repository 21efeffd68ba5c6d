/** How the llm-client suite asks a client and reads what it says. */
import { AgentError } from '../base/errors.ts'
import { userText } from '../model/message.ts'
import type { ToolDefinition } from '../model/tool.ts'
import type { LlmClient, LlmDone, LlmEvent, LlmRequest } from '../ports/llm-client.ts'
import { assert, collectAll } from './assert.ts'
import type { LlmClientSubject, LlmScene } from './llm-scene.ts'

/** Milliseconds after which a client that should have stopped is taken to hang. */
const PROMPT_MS = 5000

const toolTaking = (name: string, argument: string): ToolDefinition => ({
  name,
  description: `Tells what is asked for a ${argument}`,
  parameters: { type: 'object', properties: { [argument]: { type: 'string' } } },
})

/** A request with tools and with a system text that is long enough for a provider to cache. */
export const requestSaying = (words: string): LlmRequest => ({
  system: 'Answer the question, or call a tool when one can answer it better. '.repeat(400),
  messages: [userText(words)],
  tools: [toolTaking('get_weather', 'city'), toolTaking('get_time', 'zone')],
})

/** Asks once and gives all events in order. */
export async function ask(client: LlmClient, words = 'What is the weather in Oslo?'): Promise<readonly LlmEvent[]> {
  const batches = await within(collectAll(client.stream(requestSaying(words), { signal: new AbortController().signal })), 'the answer')
  return batches.flat()
}

/** Asks once in a scene and gives the whole answer. */
export async function answerIn(subject: LlmClientSubject, scene: LlmScene): Promise<LlmDone> {
  return doneOf(await ask(await subject.in(scene)))
}

export function doneOf(events: readonly LlmEvent[]): LlmDone {
  const last = events.at(-1)
  assert(last?.type === 'done', `the last event is 'done', not '${last?.type ?? 'nothing'}'`)
  return last
}

/** Fails when the promise takes so long that a user would think that it hangs. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AgentError('timeout', `${what}: nothing happened for ${PROMPT_MS} ms`)), PROMPT_MS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
