/** Says what a crash cost: what was used again, what was done again, and why. */
import { type Envelope, type FactOf, toolCallsOf } from '@seamfold/core/kit'
import { describeCall } from './call.ts'
import { fieldLines, type Field } from './fields.ts'
import { dollars } from './measure.ts'
import { plural, visibleLine } from './text.ts'
import type { Style } from './style.ts'

type Call = {
  readonly callId: string
  readonly name: string
  readonly gist: string
  readonly start: FactOf<'tool_execution_start'> | undefined
}

/** `facts` are all of the session; the first `crashed` of them were stored when its process died. */
export function recoveryLines(facts: readonly Envelope[], crashed: number, style: Style): readonly string[] {
  const [before, after] = [facts.slice(0, crashed), facts.slice(crashed)]
  const fields: readonly Field[] = [
    ['Used again', reused(before)],
    ...openCalls(before).map((call): Field => [call.start === undefined ? 'Not begun' : 'Cut off', [name(call, style), fate(call, after)]]),
    ['Since then', since(after)],
  ]
  return [style.colors.bold('What the crash cost'), '', ...fieldLines(fields, style)]
}

const ofType = <T extends Envelope['event']['type']>(
  facts: readonly Envelope[],
  type: T,
): readonly Extract<Envelope['event'], { type: T }>[] =>
  facts.flatMap(({ event }) => (event.type === type ? [event as Extract<Envelope['event'], { type: T }>] : []))

const turnsOf = (facts: readonly Envelope[]): string => {
  const turns = ofType(facts, 'turn_end')
  const cost = turns.reduce((sum, turn) => sum + (turn.cost ?? 0), 0)
  return `${plural(turns.length, 'model turn')}${cost > 0 ? ` (${dollars(cost)})` : ''}`
}

function reused(before: readonly Envelope[]): string {
  const results = ofType(before, 'tool_end').length
  return `${turnsOf(before)} and ${plural(results, 'result')} of calls, from the journal: no question was asked and no call was run a second time for them`
}

function since(after: readonly Envelope[]): string {
  return `${turnsOf(after)} and ${plural(ofType(after, 'tool_end').length, 'result')} of calls, in the new process`
}

/** Calls of the last reply that had no result. */
function openCalls(before: readonly Envelope[]): readonly Call[] {
  const at = before.findLastIndex(({ event }) => event.type === 'turn_end')
  const reply = before[at]
  if (reply?.event.type !== 'turn_end') return []
  const rest = before.slice(at)
  const ended = new Set(ofType(rest, 'tool_end').map(({ callId }) => callId))
  const starts = new Map(ofType(rest, 'tool_execution_start').map((start) => [start.callId, start]))
  const offset = reply.cursor.split('.')[0] ?? ''
  return toolCallsOf(reply.event.message).flatMap(({ name: tool, input }, ordinal) => {
    const callId = `${offset}.${ordinal}`
    const start = starts.get(callId)
    return ended.has(callId) ? [] : [{ callId, name: tool, gist: describeCall(tool, start?.args ?? input), start }]
  })
}

const name = ({ name: tool, gist }: Call, { colors }: Style): string => `${colors.bold(visibleLine(tool))} ${visibleLine(gist)}`

/** What became of a call that was open. */
function fate({ callId, start }: Call, after: readonly Envelope[]): string {
  const again = ofType(after, 'tool_execution_start').some((each) => each.callId === callId)
  const end = ofType(after, 'tool_end').find((each) => each.callId === callId)
  if (start === undefined) return again ? 'It ran in the new process, for the first time.' : 'It did not run.'
  if (end === undefined) return 'Nothing is known of it.'
  if (again) return `It ran again: ${WHY_AGAIN[start.effect] ?? 'a look at the files showed that it had not begun.'}`
  if (end.errorKind === 'unknown_outcome')
    return 'It was not run again: it may have had an effect, and nobody saw how it ended. The model was told exactly that, and decided what to do.'
  return 'It was not run again: a look at the files showed that it had been done.'
}

const WHY_AGAIN: Readonly<Record<string, string>> = {
  none: 'it changes nothing.',
  idempotent: 'to do it twice is to do it once.',
  keyed: 'under the same key, which the other side knows.',
  composite: 'the calls that it had made gave their results from the journal.',
}
