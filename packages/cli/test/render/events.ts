/** Makes the events of a run in order, for tests of what is shown. */
import type { AgentEvent, Envelope, Message, Usage } from '@seamfold/core/kit'

export const usage = (change: Partial<Usage> = {}): Usage => ({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0, ...change })

/** An event at a time, in milliseconds. */
export const at = (timestamp: number, event: AgentEvent): Envelope => ({
  cursor: '',
  durable: true,
  sessionId: 's',
  runId: 'r',
  timestamp,
  event,
})

export const started = (prompt: string): AgentEvent => ({
  type: 'agent_start',
  sendId: '1',
  prompt: [{ type: 'text', text: prompt }],
  digests: { model: '', tools: '', policy: '', instructions: '' },
})

export const text = (turn: number, piece: string, place: { start?: number; attempt?: number; block?: number } = {}): AgentEvent => ({
  type: 'text_delta',
  turn,
  attempt: place.attempt ?? 1,
  block: place.block ?? 0,
  start: place.start ?? 0,
  text: piece,
})

export const turnEnd = (
  turn: number,
  content: Message['content'],
  change: Partial<Extract<AgentEvent, { type: 'turn_end' }>> = {},
): AgentEvent => ({
  type: 'turn_end',
  turn,
  attempt: 1,
  message: { role: 'assistant', content },
  usage: usage({ input: 100, output: 10 }),
  stopReason: 'end_turn',
  ...change,
})

export const toolStart = (callId: string, name: string, args: Record<string, string>): AgentEvent => ({
  type: 'tool_execution_start',
  callId,
  id: `id-${callId}`,
  name,
  args,
  attempt: 1,
  effect: 'none',
  idempotencyKey: '',
  accesses: [],
})

export const toolEnd = (callId: string, name: string, change: Partial<Extract<AgentEvent, { type: 'tool_end' }>> = {}): AgentEvent => ({
  type: 'tool_end',
  callId,
  id: `id-${callId}`,
  name,
  output: '',
  isError: false,
  ...change,
})
