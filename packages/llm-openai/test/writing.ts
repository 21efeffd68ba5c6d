/** Requests and what the adapter writes of them, said short. */
import type { Block, LlmRequest, Message } from '@seamfold/core/kit'
import { chatBody } from '../src/chat/to-wire.ts'
import { settingsOf, type OpenAiOptions } from '../src/options.ts'
import { responsesBody } from '../src/responses/to-wire.ts'
import { asking } from './reading.ts'

export type Wire = Readonly<Record<string, unknown>>

const compatible = 'http://localhost:1/v1'

export const writer = (mode: 'chat' | 'responses', options: Partial<OpenAiOptions> = {}): ((request: LlmRequest) => Uint8Array) => {
  const settings = settingsOf({ model: 'm', apiKey: 'none', baseURL: compatible, mode, ...options })
  return mode === 'chat' ? chatBody(settings) : responsesBody(settings)
}
export const decoded = (bytes: Uint8Array): Wire => JSON.parse(new TextDecoder().decode(bytes)) as Wire
export const written = (mode: 'chat' | 'responses', request: Partial<LlmRequest> = {}, options: Partial<OpenAiOptions> = {}): Wire =>
  decoded(writer(mode, options)(asking('Hello', request)))

export const user = (...content: Block[]): Message => ({ role: 'user', content })
export const assistant = (...content: Block[]): Message => ({ role: 'assistant', content })
export const text = (value: string): Block => ({ type: 'text', text: value })
export const image: Block = { type: 'image', mediaType: 'image/png', data: 'AAAA' }
export const use = (id: string, more: object = {}): Block => ({
  type: 'tool_use',
  id,
  name: 'get_weather',
  input: { city: 'Oslo' },
  ...more,
})
export const result = (toolUseId: string, content: Extract<Block, { type: 'tool_result' }>['content'] = '12 °C'): Block => ({
  type: 'tool_result',
  toolUseId,
  content,
  isError: false,
})
export const dataUrl: string = 'data:image/png;base64,AAAA'
