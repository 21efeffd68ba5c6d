/** What a fork at a fact would begin with, and what can be changed about it. */
import { textOf, toolCallsOf, type Envelope, type FactOf, type ToolResultContent } from '@seamfold/core/kit'
import type { GivenResult } from '../api/types.ts'
import { isFact, offsetOf } from './facts.ts'

export type ForkPlan = {
  /** The last fact that both share. */
  readonly at: string
  /** A run is under way there, and can go on in the fork. */
  readonly goesOn: boolean
  /** What was asked there. */
  readonly prompt?: string
  /** The call whose result may be another one, with the one that it has in the origin. */
  readonly call?: { readonly callId: string; readonly name: string; readonly result: GivenResult }
  /** What the other calls that are open there came to in the origin. */
  readonly results: Readonly<Record<string, GivenResult>>
}

const runFacts: ReadonlySet<string> = new Set(['agent_start', 'agent_end', 'error', 'run_cancelled'])

/** A run is under way at a fact when nothing before it has ended it. */
const isOpenAt = (facts: readonly Envelope[], at: number): boolean =>
  facts.slice(0, at + 1).findLast(({ event }) => runFacts.has(event.type))?.event.type === 'agent_start'

type Ends = ReadonlyMap<string, FactOf<'tool_end'>>

/** The first result of each call. */
function endsOf(facts: readonly Envelope[]): Ends {
  const ends = new Map<string, FactOf<'tool_end'>>()
  for (const fact of facts) if (isFact(fact, 'tool_end') && !ends.has(fact.event.callId)) ends.set(fact.event.callId, fact.event)
  return ends
}

/** Calls of the last reply that have no result yet. */
function openAt(facts: readonly Envelope[], at: number): readonly { readonly callId: string; readonly name: string }[] {
  const shared = facts.slice(0, at + 1)
  const reply = shared.findLast((fact) => isFact(fact, 'turn_end'))
  if (reply === undefined || !isFact(reply, 'turn_end') || !isOpenAt(facts, at)) return []
  const ended = endsOf(shared)
  return toolCallsOf(reply.event.message)
    .map(({ name }, ordinal) => ({ callId: `${offsetOf(reply.cursor)}.${ordinal}`, name }))
    .filter(({ callId }) => !ended.has(callId))
}

const resultOf = (event: FactOf<'tool_end'> | undefined): GivenResult => ({
  content: event?.output ?? '',
  ...(event?.isError === true ? { isError: true } : {}),
})

/** The place of the last shared fact, for a fork that changes what this fact says. */
function placeFor(facts: readonly Envelope[], at: number): number {
  const fact = facts[at]
  if (fact === undefined) return -1
  if (fact.event.type === 'agent_start') return at - 1
  const outer = fact.event.type === 'tool_end' && !fact.event.callId.includes('/') && isOpenAt(facts, at)
  return outer ? at - 1 : at
}

/** Undefined where there is nothing to share. */
export function forkPlan(facts: readonly Envelope[], cursor: string): ForkPlan | undefined {
  const chosen = facts.findIndex((fact) => fact.cursor === cursor)
  const place = placeFor(facts, chosen)
  const [fact, shared] = [facts[chosen], facts[place]]
  if (fact === undefined || shared === undefined) return undefined
  const ends = endsOf(facts)
  const open = openAt(facts, place)
  const named = 'callId' in fact.event ? open.find(({ callId }) => 'callId' in fact.event && callId === fact.event.callId) : open[0]
  const others = open.filter((call) => call !== named && ends.has(call.callId))
  return {
    at: shared.cursor,
    goesOn: isOpenAt(facts, place),
    ...(fact.event.type === 'agent_start' ? { prompt: textOf({ content: fact.event.prompt }) } : {}),
    ...(named === undefined ? {} : { call: { ...named, result: resultOf(ends.get(named.callId)) } }),
    results: Object.fromEntries(others.map(({ callId }) => [callId, resultOf(ends.get(callId))])),
  }
}

/** The text of a result that can be edited; undefined where it holds more than text. */
export const editableText = (content: ToolResultContent): string | undefined =>
  typeof content === 'string' ? content : content.every(({ type }) => type === 'text') ? textOf({ content }) : undefined
