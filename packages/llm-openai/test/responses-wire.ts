/** Events of the Responses API, written short. */
import { clientReading, responses, sse } from './reading.ts'

export const origin: { provider: string; model: string } = { provider: 'openai-responses', model: 'test-model' }
export const reading = (...data: (object | string)[]): ReturnType<typeof clientReading> => clientReading([sse(...data)], responses)

export const created: object = {
  type: 'response.created',
  response: { id: 'resp_1', model: 'test-model-2026', status: 'in_progress', output: [] },
}
export const completed = (more: object = {}): object => ({
  type: 'response.completed',
  response: { id: 'resp_1', model: 'test-model-2026', status: 'completed', ...more },
})
export const added = (output_index: number, item: object): object => ({ type: 'response.output_item.added', output_index, item })
export const done = (output_index: number, item: object): object => ({ type: 'response.output_item.done', output_index, item })
export const says = (output_index: number, delta: string, content_index = 0): object => ({
  type: 'response.output_text.delta',
  item_id: 'msg_1',
  output_index,
  content_index,
  delta,
})
export const message = (text?: string, more: object = {}): object => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: text === undefined ? 'in_progress' : 'completed',
  content: text === undefined ? [] : [{ type: 'output_text', text, annotations: [] }],
  ...more,
})
export const callItem = (args: string): object => ({
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name: 'get_weather',
  arguments: args,
})
export const args = (output_index: number, delta: string): object => ({
  type: 'response.function_call_arguments.delta',
  item_id: 'fc_1',
  output_index,
  delta,
})
export const state: object = { kind: 'call', item: 'fc_1', ...origin }
