/** Building blocks for Chat Completions requests. */
import type { Body } from './verdict.ts'

export const user = (content: unknown): Body => ({ role: 'user', content })
export const assistant = (rest: Body): Body => ({ role: 'assistant', ...rest })
export const call = (id: string, argumentText: unknown = '{}', name = 'look'): Body => ({
  id,
  type: 'function',
  function: { name, arguments: argumentText },
})
export const calls = (...ids: readonly string[]): Body => assistant({ content: null, tool_calls: ids.map((id) => call(id)) })
export const reply = (id: string, content: unknown = 'ok'): Body => ({ role: 'tool', tool_call_id: id, content })
export const fn = (rest: Body = {}): Body => ({ type: 'function', function: { name: 'look', ...rest } })
export const schema: Body = { type: 'object', properties: { a: { type: 'string' } } }

export const base = (rest: Body = {}): Body => ({ model: 'gpt-4.1', messages: [user('Hi')], ...rest })
export const talk = (...messages: readonly Body[]): Body => base({ messages })
export const thinker = (rest: Body): Body => base({ model: 'gpt-5', ...rest })
export const image = (url: string): Body => ({ type: 'image_url', image_url: { url } })
export const format = (rest: Body): Body =>
  base({ response_format: { type: 'json_schema', json_schema: { name: 'out', strict: true, ...rest } } })
export const strict = (parameters: Body): Body => base({ tools: [fn({ strict: true, parameters })] })
