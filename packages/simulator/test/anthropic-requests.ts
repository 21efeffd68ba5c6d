/** Building blocks for Messages requests. */
import { anthropicHeaders } from './verdict.ts'
import type { Body, Send } from './verdict.ts'

export const user = (content: unknown): Body => ({ role: 'user', content })
export const assistant = (content: unknown): Body => ({ role: 'assistant', content })
export const text = (value: string, rest: Body = {}): Body => ({ type: 'text', text: value, ...rest })
export const use = (id: string, input: unknown = {}): Body => ({ type: 'tool_use', id, name: 'look', input })
export const result = (id: string, content: unknown = 'ok'): Body => ({ type: 'tool_result', tool_use_id: id, content })
export const schema = { type: 'object', properties: {} }
export const tool = (rest: Body = {}): Body => ({ name: 'look', input_schema: schema, ...rest })
export const mark = { cache_control: { type: 'ephemeral' } }

export const base = (rest: Body = {}): Body => ({ model: 'claude-haiku-4-5', max_tokens: 2048, messages: [user('Hi')], ...rest })
export const talk = (...messages: readonly Body[]): Body => base({ messages, tools: [tool()] })
export const thinking = { thinking: { type: 'enabled', budget_tokens: 1024 } }
export const old: Readonly<Record<string, string>> = { ...anthropicHeaders, 'anthropic-version': '2023-06-01' }

export const image = (source: Body): Body => base({ messages: [user([{ type: 'image', source }])] })

/** The answer of a thinking model that calls a tool; the scenario gives one when tools are offered. */
export const thought = async (send: Send, rest: Body = {}): Promise<readonly Body[]> => {
  const { json } = await send(base({ ...thinking, tools: [tool()], ...rest }))
  return json.content
}

export const back = async (send: Send, change: (content: readonly Body[]) => readonly Body[], rest: Body = {}): Promise<Body> => {
  const content = await thought(send)
  const id = String(content.find((block) => block['type'] === 'tool_use')?.['id'])
  return base({ ...thinking, tools: [tool()], messages: [user('Hi'), assistant(change(content)), user([result(id)])], ...rest })
}
