/** Tells what a run that was taken over used again and what it ran again, from the facts before and after. */
import { toolCallsOf, totalTokens, type Envelope } from '@seamfold/core/kit'
import { callSummary } from '../text/call-summary.ts'
import { isFact, offsetOf } from './facts.ts'

/** `first`: it had not begun. `again`: it ran once more. `found`: it was proven done. `unknown`: nobody knows, and it was not repeated. */
export type Fate = 'first' | 'again' | 'found' | 'unknown' | 'open'

export type RecoveredCall = { readonly callId: string; readonly name: string; readonly gist: string; readonly fate: Fate }

export type Recovery = {
  readonly turns: number
  readonly results: number
  readonly tokens: number
  readonly cost: number
  /** Calls that were open when the process ended. */
  readonly calls: readonly RecoveredCall[]
}

/** `cursor` is that of the `session_claimed` that took the run over. */
export function recoveryAt(facts: readonly Envelope[], cursor: string): Recovery | undefined {
  const at = facts.findIndex((fact) => fact.cursor === cursor)
  if (at === -1) return undefined
  const begin = facts.slice(0, at).findLastIndex((fact) => isFact(fact, 'agent_start'))
  const [before, after] = [facts.slice(Math.max(0, begin), at), facts.slice(at)]
  const turns = before.filter((fact) => isFact(fact, 'turn_end'))
  return {
    turns: turns.length,
    results: before.filter((fact) => isFact(fact, 'tool_end')).length,
    tokens: turns.reduce((sum, { event }) => sum + totalTokens(event.usage), 0),
    cost: turns.reduce((sum, { event }) => sum + (event.cost ?? 0), 0),
    calls: openCalls(before).map(({ begun, ...call }) => ({ ...call, fate: fateOf(call.callId, begun, after) })),
  }
}

type OpenCall = Omit<RecoveredCall, 'fate'> & { readonly begun: boolean }

/** Calls of the last reply that had no result. */
function openCalls(before: readonly Envelope[]): readonly OpenCall[] {
  const at = before.findLastIndex((fact) => isFact(fact, 'turn_end'))
  const reply = before[at]
  if (reply === undefined || !isFact(reply, 'turn_end')) return []
  const rest = before.slice(at)
  return toolCallsOf(reply.event.message).flatMap(({ name, input }, ordinal) => {
    const callId = `${offsetOf(reply.cursor)}.${ordinal}`
    const own = rest.filter(({ event }) => 'callId' in event && event.callId === callId)
    if (own.some((fact) => isFact(fact, 'tool_end'))) return []
    return [{ callId, name, gist: callSummary(input), begun: own.some((fact) => isFact(fact, 'tool_execution_start')) }]
  })
}

function fateOf(callId: string, begun: boolean, after: readonly Envelope[]): Fate {
  const own = after.filter(({ event }) => 'callId' in event && event.callId === callId)
  const again = own.some((fact) => isFact(fact, 'tool_execution_start'))
  if (again) return begun ? 'again' : 'first'
  const end = own.find((fact) => isFact(fact, 'tool_end'))
  if (end === undefined) return 'open'
  return end.event.errorKind === 'unknown_outcome' ? 'unknown' : 'found'
}
