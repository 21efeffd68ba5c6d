/** Building blocks for Responses requests. */
import type { Body, Send } from './verdict.ts'

export const user = (content: unknown): Body => ({ role: 'user', content })
export const call = (id: string, rest: Body = {}): Body => ({ type: 'function_call', call_id: id, name: 'look', arguments: '{}', ...rest })
export const output = (id: string, rest: Body = {}): Body => ({ type: 'function_call_output', call_id: id, output: 'ok', ...rest })
export const schema: Body = { type: 'object', properties: { a: { type: 'string' } } }
export const tool = (rest: Body = {}): Body => ({ type: 'function', name: 'look', ...rest })
export const base = (rest: Body = {}): Body => ({ model: 'gpt-5', input: 'Hi', ...rest })
export const talk = (...input: readonly unknown[]): Body => base({ input })
export const sealed: Body = { store: false, include: ['reasoning.encrypted_content'], tools: [tool()] }
export const image = (url: string): Body => user([{ type: 'input_image', image_url: url }])
export const format = (rest: Body): Body => base({ text: { format: { type: 'json_schema', name: 'out', ...rest } } })

/** The items of an answer that reasoned and called a tool; the scenario gives one when tools are offered. */
export const answered = async (send: Send, rest: Body = {}): Promise<readonly Body[]> =>
  (await send(base({ ...sealed, ...rest }))).json.output

export const back = async (send: Send, change: (items: readonly Body[]) => readonly Body[], rest: Body = {}): Promise<Body> => {
  const items = await answered(send)
  const id = String(items.find(({ type }) => type === 'function_call')?.['call_id'])
  return base({ ...sealed, input: [user('Hi'), ...change(items), output(id)], ...rest })
}

export const isType =
  (type: string): ((item: Body) => boolean) =>
  (item) =>
    item['type'] === type
