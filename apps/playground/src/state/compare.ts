/** Two branches against each other: how much they share, and which calls only one of them made. */
import { canonicalJson, resultText, toolCallsOf, type Envelope } from '@seamfold/core/kit'
import { diffArrays } from 'diff'
import { callSummary } from '../text/call-summary.ts'
import { isFact, offsetOf } from './facts.ts'
import { conversation, emptyConversation } from './conversation.ts'
import { turnCosts } from './turn-costs.ts'
import type { Item } from './types.ts'

/** Facts that both begin with: their cursors tell, since a cursor names what came before it. */
export function sharedFacts(a: readonly Envelope[], b: readonly Envelope[]): number {
  let shared = 0
  while (shared < a.length && shared < b.length && a[shared]?.cursor === b[shared]?.cursor) shared++
  return shared
}

/** Where in the items of a branch its own begin: the turn that both were in belongs to each. */
export function ownItems(facts: readonly Envelope[], shared: number, items: readonly Item[]): readonly Item[] {
  const before = facts.slice(0, shared).reduce(conversation, emptyConversation)
  const last = before.items.at(-1)
  const split = last?.kind === 'turn' && before.run?.endedAt === undefined
  return items.slice(Math.max(0, before.items.length - (split ? 1 : 0)))
}

export type CallDifference = {
  readonly in: 'both' | 'a' | 'b'
  readonly name: string
  readonly gist: string
  /** What each was told, where both made the call and it came to something else. */
  readonly results?: { readonly a: string; readonly b: string }
}

type Asked = { readonly key: string; readonly name: string; readonly gist: string; readonly result: string | undefined }

/** Calls that were asked for or ended behind what both share. */
function askedIn(facts: readonly Envelope[], shared: number): readonly Asked[] {
  const ends = new Map<string, { readonly result: string; readonly at: number }>()
  for (const [at, fact] of facts.entries()) {
    if (!isFact(fact, 'tool_end') || ends.has(fact.event.callId)) continue
    ends.set(fact.event.callId, { result: resultText(fact.event.output), at })
  }
  return facts.flatMap((fact, at) => {
    if (!isFact(fact, 'turn_end')) return []
    return toolCallsOf(fact.event.message).flatMap(({ name, input }, ordinal) => {
      const end = ends.get(`${offsetOf(fact.cursor)}.${ordinal}`)
      if (at < shared && (end === undefined || end.at < shared)) return []
      return [{ name, gist: callSummary(input), key: `${name} ${canonicalJson(input)}`, result: end?.result }]
    })
  })
}

/** Undefined while one has not ended, and where both came to the same. */
const resultsOf = (a: Asked | undefined, b: Asked | undefined): Pick<CallDifference, 'results'> =>
  a?.result === undefined || b?.result === undefined || a.result === b.result ? {} : { results: { a: a.result, b: b.result } }

/** The calls beyond the shared facts, in order: in which branch the model asked for each, and whether it came to the same. */
export function callDifferences(a: readonly Envelope[], b: readonly Envelope[], shared: number): readonly CallDifference[] {
  const [left, right] = [[...askedIn(a, shared)], [...askedIn(b, shared)]]
  const changes = diffArrays(left, right, { comparator: (one, other) => one.key === other.key })
  return changes.flatMap(({ value, added, removed }) =>
    value.map(({ name, gist }): CallDifference => {
      const mine = added ? undefined : left.shift()
      const other = removed ? undefined : right.shift()
      return { in: added ? 'b' : removed ? 'a' : 'both', name, gist, ...resultsOf(mine, other) }
    }),
  )
}

export type BranchTotals = {
  readonly outcome: string
  readonly turns: number
  readonly calls: number
  readonly tokens: number
  readonly cost: number
  /** Milliseconds in which a run was under way. */
  readonly durationMs: number
  /** What it came to say last. */
  readonly answer: string
}

const outcomes: Readonly<Record<string, string>> = {
  agent_start: 'at work, or interrupted',
  session_claimed: 'at work, or interrupted',
  agent_end: 'completed',
  error: 'failed',
  run_cancelled: 'stopped',
  run_suspended: 'waits for an answer',
}

const ends: ReadonlySet<string> = new Set(['agent_end', 'error', 'run_cancelled', 'run_suspended'])

export function branchTotals(facts: readonly Envelope[]): BranchTotals {
  const costs = turnCosts(facts)
  const sum = (of: (cost: (typeof costs)[number]) => number): number => costs.reduce((total, cost) => total + of(cost), 0)
  const last = facts.findLast(({ event }) => outcomes[event.type] !== undefined)
  const begun = facts.find(({ event }) => event.type === 'session_claimed' || ends.has(event.type))
  // A run that ends before one begins was under way in what both share.
  const first = begun !== undefined && ends.has(begun.event.type) ? facts[0] : begun
  return {
    outcome: outcomes[last?.event.type ?? ''] ?? 'no run of its own',
    turns: costs.length,
    calls: facts.filter(({ event }) => event.type === 'tool_execution_start').length,
    tokens: sum(({ tokens }) => tokens),
    cost: sum(({ cost }) => cost),
    durationMs: first && last ? last.timestamp - first.timestamp : 0,
    answer: facts.reduce((words, { event }) => (event.type === 'agent_end' ? event.text : words), ''),
  }
}
