/** Tells for the journal which of several hooks said what of a call. */
import { type HookDecision, type HookEvent, type HookVerdict, isJsonObject, type Json } from '@seamfold/core/kit'

/** What one said of an event; several that are one tell of each. One without a name that had nothing to say is not told of. */
export function verdictsOf(
  { title }: { readonly title: string | undefined },
  decision: HookDecision | undefined,
  event: HookEvent,
): readonly HookVerdict[] {
  if (event.hook !== 'pre_tool_use') return []
  if (decision?.by !== undefined) return decision.by
  const name = title === undefined ? {} : { name: title }
  if (decision === undefined) return title === undefined ? [] : [{ ...name, decision: 'silent' }]
  if (decision.decision === 'block') return [{ ...name, decision: 'block', reason: decision.reason }]
  return [{ ...name, decision: 'continue', ...(decision.input === undefined ? {} : { changed: replaced(event.input, decision.input) }) }]
}

/** The decision of all, with who was asked where anybody has a name. */
export function withNames(decision: HookDecision | undefined, by: readonly HookVerdict[]): HookDecision | undefined {
  if (by.every(({ name }) => name === undefined)) return decision
  return { ...(decision ?? { decision: 'continue' }), by }
}

/** Arguments that are others afterwards, by name. */
function replaced(before: Json, after: Json): readonly string[] {
  const [was, now] = [fieldsOf(before), fieldsOf(after)]
  return Object.keys({ ...was, ...now }).filter((name) => JSON.stringify(was[name]) !== JSON.stringify(now[name]))
}

const fieldsOf = (value: Json): Readonly<Record<string, Json>> => (isJsonObject(value) ? value : {})
