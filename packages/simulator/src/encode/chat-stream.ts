/** Streams a chat completion: the chunks of the provider, in its order. */
import { pieces } from '../base/text.ts'
import type { ChatAnswer, ChatBody } from './chat-completion.ts'
import { unnamed } from './frame.ts'
import type { Frame } from './frame.ts'

type Options = { readonly size: number; readonly includeUsage: boolean; readonly usage: 'normal' | 'missing' | 'late' }

const callDeltas = (message: ChatAnswer, size: number): readonly object[] =>
  (message.tool_calls ?? []).flatMap((call, index) => [
    { tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } }] },
    ...pieces(call.function.arguments, size).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ])

function deltas(message: ChatAnswer, size: number): readonly object[] {
  const { content, refusal } = message
  const first = { role: 'assistant', content: message.tool_calls !== undefined && content === null ? null : '', refusal: null }
  return [
    first,
    ...pieces(message.reasoning_content ?? '', size).map((piece) => ({ reasoning_content: piece })),
    ...pieces(message.reasoning ?? '', size).map((piece) => ({ reasoning: piece })),
    ...pieces(content ?? '', size).map((piece) => ({ content: piece })),
    ...pieces(refusal ?? '', size).map((piece) => ({ refusal: piece })),
    ...callDeltas(message, size),
  ]
}

/** `late` sends the usage after the finish whether it was asked for or not; `missing` never does. */
export function chatFrames(body: ChatBody, { size, includeUsage, usage }: Options): readonly Frame[] {
  const [{ message, finish_reason: finish }] = body.choices
  const fixed = {
    id: body.id,
    object: 'chat.completion.chunk',
    created: body.created,
    model: body.model,
    service_tier: body.service_tier,
    system_fingerprint: body.system_fingerprint,
  }
  const pending = includeUsage && usage === 'normal' ? { usage: null } : {}
  const chunk = (delta: object, reason: string | null): Frame =>
    unnamed({ ...fixed, choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }], ...pending })
  const last = unnamed({ ...fixed, choices: [], usage: body.usage })
  const told = usage === 'late' ? [unnamed({ ...fixed, choices: [] }), last] : includeUsage && usage === 'normal' ? [last] : []
  return [...deltas(message, size).map((delta) => chunk(delta, null)), chunk({}, finish), ...told, { data: '[DONE]' }]
}
