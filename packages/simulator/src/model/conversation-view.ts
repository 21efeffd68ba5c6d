/** Adds the readings that scenarios ask for to a decoded conversation. */
import type { CallRecord, Conversation, ConversationData, ConversationMessage } from './conversation.ts'

const textOf = (message: ConversationMessage): string =>
  message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')

const isPrompt = (message: ConversationMessage): boolean =>
  message.role === 'user' &&
  message.parts.some((part) => part.type !== 'tool_result') &&
  !message.parts.some((part) => part.type === 'tool_result')

function callsOf(messages: readonly ConversationMessage[]): readonly CallRecord[] {
  const calls: { id: string; name: string; input: unknown; result?: { text: string; isError: boolean } }[] = []
  for (const part of messages.flatMap((message) => message.parts)) {
    if (part.type === 'tool_call') calls.push({ id: part.id, name: part.name, input: part.input })
    if (part.type !== 'tool_result') continue
    const call = calls.findLast((candidate) => candidate.id === part.callId && candidate.result === undefined)
    if (call !== undefined) call.result = { text: part.text, isError: part.isError }
  }
  return calls
}

export function conversationOf(data: ConversationData, request: { readonly number: number; readonly signal: AbortSignal }): Conversation {
  const { messages } = data
  const promptAt = messages.findLastIndex(isPrompt)
  const prompt = messages[promptAt]
  const calls = callsOf(messages)
  return {
    ...data,
    turn: messages.filter((message) => message.role === 'assistant').length + 1,
    request: request.number,
    signal: request.signal,
    prompt: prompt === undefined ? '' : textOf(prompt),
    calls,
    callsSincePrompt: callsOf(messages.slice(promptAt + 1)),
    results: callsOf(messages.slice(-2)).filter((call) => call.result !== undefined),
    lastResult: (tool) => calls.findLast((call) => call.result !== undefined && (tool === undefined || call.name === tool)),
    offers: (tool) => data.tools.some((offered) => offered.name === tool),
  }
}

/** Joins neighbouring messages of one role, as the providers do. */
export function joined(messages: readonly ConversationMessage[]): readonly ConversationMessage[] {
  const result: ConversationMessage[] = []
  for (const message of messages) {
    const last = result.at(-1)
    if (last?.role === message.role) result[result.length - 1] = { role: last.role, parts: [...last.parts, ...message.parts] }
    else result.push(message)
  }
  return result
}
