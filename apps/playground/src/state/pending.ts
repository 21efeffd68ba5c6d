/** The requests that nobody has answered yet, in the order in which they stand on the page. */
import { callsOf } from './calls.ts'
import type { Approval, Conversation, ToolCall } from './types.ts'

const ofCalls = (calls: readonly ToolCall[]): readonly Approval[] =>
  calls.flatMap(({ approval, nested }) => [...(approval?.state === 'pending' ? [approval] : []), ...ofCalls(nested)])

export function pendingApprovals({ run, items }: Conversation): readonly Approval[] {
  if (run === undefined || run.endedAt !== undefined) return []
  const start = items.findLastIndex((item) => item.kind === 'prompt')
  return items.slice(start).flatMap((item) => (item.kind === 'turn' ? ofCalls(callsOf(item)) : []))
}
