/** Short names for the parts of a request, and the body that the adapter makes of one. */
import { userText, type Block, type ImageBlock, type Json, type LlmRequest, type Message, type TextBlock } from '@seamfold/core/kit'
import { knownModel } from '../../src/models.ts'
import { requestWriter, type WriterSettings } from '../../src/to-wire.ts'

export const origin = { provider: 'anthropic', model: 'claude-sonnet-4-5' } as const
export const thought: Block & { type: 'reasoning' } = { type: 'reasoning', text: 'Hm.', origin, state: { signature: 'sig' } }
export const weather = { name: 'get_weather', description: 'Tells the weather', parameters: { type: 'object', properties: {} } } as const
export const picture = { type: 'image', mediaType: 'image/png', data: 'aGk=' } as const

export const assistant = (...content: readonly Block[]): Message => ({ role: 'assistant', content })

export const user = (...content: readonly Block[]): Message => ({ role: 'user', content })

export const call = (id: string, input: Json = {}): Block & { type: 'tool_use' } => ({ type: 'tool_use', id, name: 'get_weather', input })

export const result = (toolUseId: string, content: string | readonly (TextBlock | ImageBlock)[] = 'sunny', isError = false): Block => ({
  type: 'tool_result',
  toolUseId,
  content,
  isError,
})

export const request = (change: Partial<LlmRequest> = {}): LlmRequest => ({
  system: 'Be brief.',
  messages: [userText('Hi')],
  tools: [],
  ...change,
})

export const settingsOf = (change: Partial<WriterSettings> = {}): WriterSettings => ({
  model: 'claude-sonnet-4-5',
  known: knownModel(change.model ?? 'claude-sonnet-4-5'),
  maxOutputTokens: 8192,
  thinking: undefined,
  effort: undefined,
  cache: 'off',
  extraBody: {},
  ...change,
})

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

export const bodyOf = (asked: LlmRequest, change: Partial<WriterSettings> = {}): Record<string, unknown> =>
  JSON.parse(textOf(requestWriter(settingsOf(change))(asked)))

export const messagesOf = (...messages: readonly Message[]): unknown => bodyOf(request({ messages }))['messages']
