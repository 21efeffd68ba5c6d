/** Two branches against each other: how much they share, and which calls only one of them made. */
import { canonicalJson, toolCallsOf, type Envelope } from '@seamfold/core/kit'
import { diffArrays } from 'diff'
import { callSummary } from '../text/call-summary.ts'
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

export type CallDifference = { readonly in: 'both' | 'a' | 'b'; readonly name: string; readonly gist: string }

type Asked = { readonly key: string; readonly name: string; readonly gist: string }

const askedIn = (facts: readonly Envelope[]): readonly Asked[] =>
  facts.flatMap(({ event }) =>
    event.type === 'turn_end'
      ? toolCallsOf(event.message).map(({ name, input }) => ({ name, gist: callSummary(input), key: `${name} ${canonicalJson(input)}` }))
      : [],
  )

/** The calls that the model asked for, in order, each where it was asked for. */
export function callDifferences(a: readonly Envelope[], b: readonly Envelope[]): readonly CallDifference[] {
  const changes = diffArrays([...askedIn(a)], [...askedIn(b)], { comparator: (left, right) => left.key === right.key })
  return changes.flatMap(({ value, added, removed }) =>
    value.map(({ name, gist }) => ({ in: added ? ('b' as const) : removed ? ('a' as const) : ('both' as const), name, gist })),
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

export function branchTotals(facts: readonly Envelope[]): BranchTotals {
  const costs = turnCosts(facts)
  const sum = (of: (cost: (typeof costs)[number]) => number): number => costs.reduce((total, cost) => total + of(cost), 0)
  const first = facts.find(({ event }) => event.type === 'session_claimed')
  const last = facts.findLast(({ event }) => outcomes[event.type] !== undefined)
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
