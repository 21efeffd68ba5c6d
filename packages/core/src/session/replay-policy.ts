/** Judges every call of a journal again, under another policy. */
import type { Access, Effect } from '../model/access.ts'
import type { DecidingRule, Envelope } from '../model/event.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Decision, Judgement, PermissionPolicy, Rule, ToolRequest } from '../model/permission-policy.ts'

/** A call that was judged, as the journal has it. What an older version has not recorded is missing. */
export type RecordedCall = {
  readonly callId: string
  /** Of the fact that tells it last. */
  readonly cursor: string
  readonly runId: string
  readonly tool: string
  readonly args: Json
  readonly accesses?: readonly Access[]
  readonly effect?: Effect
  readonly decision: Decision
  /** What was answered, where somebody was asked. */
  readonly answer?: 'approved' | 'rejected'
  /** Why it was denied or asked for. */
  readonly reason?: string
  readonly rule?: DecidingRule
  /** What people had allowed for the session by then. */
  readonly sessionRules?: readonly Rule[]
}

export type ReplayedCall = {
  readonly call: RecordedCall
  /** Undefined where the journal does not say what the call would have touched. */
  readonly judgement: Judgement | undefined
  readonly changes: boolean
}

/** The calls of a session that a policy has judged, in the order in which they were. A call that was refused before is none. */
export function recordedCalls(envelopes: Iterable<Envelope>): readonly RecordedCall[] {
  const calls = new Map<string, RecordedCall>()
  const byRequest = new Map<string, string>()
  let rules: { readonly sessionRules?: readonly Rule[] } = {}
  for (const { event, cursor, runId } of envelopes) {
    switch (event.type) {
      case 'confirmation_required': {
        const { callId, toolName: tool, args, accesses, reason, rule } = event
        byRequest.set(event.requestId, callId)
        calls.set(callId, { callId, cursor, runId, tool, args, accesses, decision: 'ask', reason, ...rules, ...(rule && { rule }) })
        break
      }
      case 'confirmation_received': {
        const asked = calls.get(byRequest.get(event.requestId) ?? '')
        if ('always' in event && event.always !== undefined) rules = { sessionRules: [...(rules.sessionRules ?? []), ...event.always] }
        if (asked !== undefined) calls.set(asked.callId, { ...asked, answer: event.approved ? 'approved' : 'rejected' })
        break
      }
      case 'permission_denied': {
        const { callId, toolName: tool, args, accesses, effect, reason, rule } = event
        const known = { ...(accesses && { accesses }), ...(effect && { effect }), ...(rule && { rule }) }
        const asked = calls.get(callId)
        // Nobody was there to be asked, or what was approved is denied: the first is a question all the same.
        const decision = asked?.answer === undefined && isUnanswered(reason) ? 'ask' : 'deny'
        calls.set(callId, { ...(asked ?? rules), callId, cursor, runId, tool, args, decision, reason, ...known })
        break
      }
      case 'tool_execution_start': {
        const { callId, name: tool, args, accesses, effect } = event
        calls.set(callId, { decision: 'allow', ...(calls.get(callId) ?? rules), callId, cursor, runId, tool, args, accesses, effect })
        break
      }
      // Another branch has none of them.
      case 'session_forked':
      case 'session_rewound':
        rules = {}
        break
      default:
    }
  }
  return [...calls.values()]
}

/** How the gate says that it would have asked somebody. */
const isUnanswered = (reason: string): boolean => reason.startsWith('it needs an approval')

export type ReplayOptions = {
  readonly policy: PermissionPolicy
  /** Whose journal it is. */
  readonly session?: { readonly id: string; readonly metadata: JsonObject }
}

/** Nothing is run and no journal is changed: each call is judged by what it touched then. */
export function replayPolicy(envelopes: Iterable<Envelope>, { policy, session }: ReplayOptions): readonly ReplayedCall[] {
  return recordedCalls(envelopes).map((call) => {
    const { tool, args, accesses, effect, sessionRules } = call
    if (accesses === undefined) return { call, judgement: undefined, changes: false }
    const request: ToolRequest = {
      tool,
      accesses,
      args,
      ...(effect && { effect }),
      ...(session && { session }),
      ...(sessionRules && { sessionRules }),
    }
    const judgement = policy.judge(request)
    return { call, judgement, changes: judgement.decision !== call.decision }
  })
}
