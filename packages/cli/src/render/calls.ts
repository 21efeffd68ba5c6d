/** Remembers what calls were asked and when they started, so that their ends can be told whole. */
import { type Envelope, type Json, toolCallsOf } from '@seamfold/core/kit'

type Call = { readonly name: string; readonly args: Json; readonly startedAt: number | undefined }

/** Calls that have not ended, by their identity, and by the model's id until they start. */
export type Calls = Readonly<Record<string, Call>>

export const noCalls: Calls = {}

const without = (calls: Calls, ...keys: readonly string[]): Calls =>
  Object.fromEntries(Object.entries(calls).filter(([key]) => !keys.includes(key)))

/** The calls after an event. A call that ends is still there, so that its end can be told; the next turn forgets it. */
export function trackCalls(calls: Calls, { event, timestamp }: Envelope): Calls {
  switch (event.type) {
    case 'turn_end':
      return Object.fromEntries(toolCallsOf(event.message).map(({ id, name, input }) => [id, { name, args: input, startedAt: undefined }]))
    case 'tool_execution_start':
      return { ...calls, [event.callId]: { name: event.name, args: event.args, startedAt: timestamp } }
    case 'confirmation_required':
    case 'user_question':
    case 'external_task_pending':
      return { ...calls, [event.callId]: { name: event.toolName, args: event.args, startedAt: undefined } }
    default:
      return calls
  }
}

/** Calls that run now, for a status line. */
export const openCalls = (calls: Calls): readonly Call[] => Object.values(calls).filter(({ startedAt }) => startedAt !== undefined)

/** The calls without one that has ended. */
export const closeCall = (calls: Calls, callId: string, id: string): Calls => without(calls, callId, id)
