/** Families for tests: a parent that gives tasks, and children that answer by what they are asked. */
import { type Agent, type AgentOptions, createAgent, memoryStore, type TaskToolOptions, taskTool, type Tool } from '../../src/index.ts'
import type { Block, LlmClient, LlmRequest, SessionStore } from '../../src/kit.ts'
import { textOf } from '../../src/kit.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'

/** Everything that somebody said to this model in one conversation: the prompt first. */
export const promptOf = ({ messages }: LlmRequest): string => textOf(messages[0] ?? { content: [] })

/** How many replies the model has given in this conversation. */
export const turnsOf = ({ messages }: LlmRequest): number => messages.filter(({ role }) => role === 'assistant').length

/** What the results of the last batch say. */
export const resultsOf = ({ messages }: LlmRequest): string[] =>
  (messages.at(-1)?.content ?? []).flatMap((block) =>
    block.type === 'tool_result' ? [typeof block.content === 'string' ? block.content : textOf({ content: block.content })] : [],
  )

/** A model whose reply depends on the conversation alone, as it must where one may be cut off anywhere. */
export const modelOf = (
  reply: (request: LlmRequest, signal: AbortSignal) => ScriptedReply | Promise<ScriptedReply>,
  model: Parameters<typeof scriptedLlm>[1] = {},
): LlmClient & { readonly requests: LlmRequest[] } => {
  const requests: LlmRequest[] = []
  return {
    contract: 1,
    model: { provider: 'scripted', id: 'scripted', ...model.model },
    requests,
    async *stream(request, options) {
      requests.push(structuredClone(request))
      yield* scriptedLlm([(asked, signal) => reply(asked, signal)], model).stream(request, options)
    },
  }
}

export const give = (prompt: string, more: Record<string, never> | object = {}): Block =>
  callOf('task', { agent: 'general', prompt, description: prompt, ...more })

export type FamilyOptions = Partial<AgentOptions> & { readonly task?: TaskToolOptions; readonly extra?: readonly Tool[] }

/** A parent with a task tool, on a store. */
export function family(llm: LlmClient, { task = {}, extra = [], ...options }: FamilyOptions = {}): { agent: Agent; store: SessionStore } {
  const store = options.store ?? memoryStore()
  return { agent: createAgent({ llm, ...options, store, tools: [...extra, taskTool(task)] }), store }
}
