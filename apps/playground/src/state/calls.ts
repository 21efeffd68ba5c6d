/** Finds the tool call that a fact speaks of, and changes it. */
import type { Item, ToolCall, Turn, TurnPart } from './types.ts'

/** Which call: its identity, and what a nested one is called. */
export type CallReference = { readonly callId: string; readonly id?: string; readonly name: string }

type Change = (call: ToolCall) => ToolCall

const separator = '/'

/** The identities of the calls that this one is nested in, the nearest first; behind a colon stands which task of the call it was. */
const outersOf = (callId: string): readonly string[] => {
  const parts = callId.split(separator)
  return parts.slice(1).map((_, index) =>
    parts
      .slice(0, parts.length - 1 - index)
      .join(separator)
      .replace(/:\d+$/, ''),
  )
}

/** The place of a call in its turn, which ends its identity. */
const ordinalOf = (callId: string): number => Number(/\.(\d+)$/.exec(callId)?.[1] ?? Number.NaN)

/** Apply a change to the call that a fact speaks of. A call that nobody announced leaves the items as they are. */
export function changeCall(items: readonly Item[], reference: CallReference, change: Change): readonly Item[] {
  for (const attempt of [byIdentity(reference), nestedIn(reference), unbound(reference)]) {
    const changed = changeInLastRun(items, (calls) => attempt(calls, change))
    if (changed) return changed
  }
  return items
}

/** Apply a change to every call of the last run that it concerns. */
export function changeOpenCalls(items: readonly Item[], change: Change): readonly Item[] {
  const changed = items.slice()
  for (let index = changed.length - 1; index >= 0; index -= 1) {
    const item = changed[index]
    if (item?.kind === 'prompt') break
    if (item?.kind === 'turn') changed[index] = withCalls(item, mapDeep(callsOf(item), change))
  }
  return changed
}

export const callsOf = (turn: Turn): readonly ToolCall[] => turn.parts.flatMap((part) => (part.type === 'call' ? [part.call] : []))

const mapDeep = (calls: readonly ToolCall[], change: Change): readonly ToolCall[] =>
  calls.map((call) => change(call.nested.length === 0 ? call : { ...call, nested: mapDeep(call.nested, change) }))

type Attempt = (calls: readonly ToolCall[], change: Change) => readonly ToolCall[] | undefined

const byIdentity =
  ({ callId }: CallReference): Attempt =>
  (calls, change) =>
    changeFirst(calls, (call) => call.callId === callId, change)

const nestedIn =
  (reference: CallReference): Attempt =>
  (calls, change) => {
    // What agents ask whom an agent of this call gave a task to is asked here too: of the calls between only theirs tell.
    for (const outer of outersOf(reference.callId)) {
      const add = (call: ToolCall): ToolCall => ({ ...call, nested: [...call.nested, change(newNested(reference))] })
      const changed = changeFirst(calls, (call) => call.callId === outer, add)
      if (changed) return changed
    }
    return undefined
  }

const newNested = ({ callId, id, name }: CallReference): ToolCall => ({
  key: callId,
  id: id ?? callId,
  callId,
  name,
  status: 'pending',
  nested: [],
})

/** The first fact of a call names its place in the newest turn. Ids of providers are not looked at: they may repeat. */
const unbound =
  (reference: CallReference): Attempt =>
  (calls, change) => {
    const ordinal = ordinalOf(reference.callId)
    const call = calls[ordinal]
    if (call === undefined || reference.callId.includes(separator)) return undefined
    return calls.with(ordinal, change({ ...call, callId: reference.callId }))
  }

function changeFirst(calls: readonly ToolCall[], matches: (call: ToolCall) => boolean, change: Change): readonly ToolCall[] | undefined {
  for (const [index, call] of calls.entries()) {
    const changed = matches(call) ? change(call) : changeNested(call, matches, change)
    if (changed) return calls.with(index, changed)
  }
  return undefined
}

function changeNested(call: ToolCall, matches: (call: ToolCall) => boolean, change: Change): ToolCall | undefined {
  const nested = call.nested.length === 0 ? undefined : changeFirst(call.nested, matches, change)
  return nested && { ...call, nested }
}

type ChangeCalls = (calls: readonly ToolCall[]) => readonly ToolCall[] | undefined

/** From the newest turn back to the prompt of the run. */
function changeInLastRun(items: readonly Item[], change: ChangeCalls): readonly Item[] | undefined {
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index]
    if (item === undefined || item.kind === 'prompt') return undefined
    const calls = item.kind === 'turn' ? change(callsOf(item)) : undefined
    if (item.kind === 'turn' && calls) return items.with(index, withCalls(item, calls))
  }
  return undefined
}

function withCalls(turn: Turn, calls: readonly ToolCall[]): Turn {
  const left = [...calls]
  const parts = turn.parts.map((part): TurnPart => {
    const call = part.type === 'call' ? left.shift() : undefined
    return call ? { type: 'call', call } : part
  })
  return { ...turn, parts }
}
