/** What must hold when all processes of a cut are gone. Each law returns what is wrong. */
import type { FactOf } from '../../model/event.ts'
import type { ToolErrorKind } from '../../model/tool.ts'
import type { Evidence } from './crash-scenario.ts'
import { comparable, firstDifference } from './comparable.ts'
import type { EffectFile } from './effect-log.ts'

/** Fewer attempts to resume a run than this are no reason to give it up. */
const LEAST_ATTEMPTS = 10

/** What the uninterrupted run tells of the scenario. */
export interface Reference {
  readonly state: string
  /** Tools whose every call that succeeded was counted in the effect log. */
  readonly counted: ReadonlySet<string>
  /** Tools that can tell what became of a call. */
  readonly probing: ReadonlySet<string>
}

export type CutEvidence = Evidence & { readonly effects: EffectFile }

/** One call that was started, and how it went. */
type StartedCall = {
  readonly start: FactOf<'tool_execution_start'>
  readonly end: FactOf<'tool_end'> | undefined
  readonly happened: number
}

export function startedCalls({ facts, effects }: CutEvidence): readonly StartedCall[] {
  const counts = effects.all()
  const starts = new Map<string, StartedCall['start']>()
  const ends = new Map<string, FactOf<'tool_end'>>()
  for (const { event, sessionId } of facts) {
    if (event.type !== 'tool_execution_start' && event.type !== 'tool_end') continue
    const place = `${sessionId} ${event.callId}`
    if (event.type === 'tool_execution_start') starts.set(place, event)
    else if (!ends.has(place)) ends.set(place, event)
  }
  return [...starts].map(([place, start]) => ({ start, end: ends.get(place), happened: counts.get(start.idempotencyKey) ?? 0 }))
}

/** Whoever reads one of these may make the call again. */
const DID_NOT_RUN: ReadonlySet<ToolErrorKind | undefined> = new Set<ToolErrorKind>([
  'unknown_tool',
  'malformed_input',
  'invalid_input',
  'permission_denied',
  'rejected',
  'duplicate_call',
  'version_conflict',
  'cancelled',
])

const isUnknown = ({ end }: StartedCall): boolean => end?.errorKind === 'unknown_outcome'

export const unknownCalls = (evidence: CutEvidence): number => startedCalls(evidence).filter(isUnknown).length

/** Names of the tools that count their effects, as far as an uninterrupted run shows. */
export function countedTools(evidence: CutEvidence): ReadonlySet<string> {
  const calls = startedCalls(evidence)
  const succeeded = calls.filter(({ end }) => end?.isError === false)
  const silent = new Set(succeeded.filter(({ happened }) => happened === 0).map(({ start }) => start.name))
  return new Set(succeeded.map(({ start }) => start.name).filter((name) => !silent.has(name)))
}

export function brokenLaws(evidence: CutEvidence, reference: Reference): readonly string[] {
  return [
    ...effectsOnce(evidence, reference),
    ...announced(evidence),
    ...oneEnd(evidence),
    ...patient(evidence),
    ...sameOutcome(evidence, reference),
  ]
}

/** Every effect happened once, or is reported unknown where the tool gave no means to know. */
function effectsOnce(evidence: CutEvidence, { counted, probing }: Reference): readonly string[] {
  const takenByExpiry = evidence.facts.some(({ event }) => event.type === 'session_claimed' && event.afterExpiry === true)
  return startedCalls(evidence).flatMap((call) => {
    const { start, end, happened } = call
    const name = `call ${start.callId} of '${start.name}' (${start.effect})`
    const mayRepeat = start.effect === 'none' || start.effect === 'idempotent' || start.effect === 'composite'
    const wrong: string[] = []
    if (end === undefined) wrong.push(`${name} was started and has no result`)
    if (happened > 1 && !mayRepeat) wrong.push(`${name} took effect ${happened} times`)
    if (end?.isError === false && happened === 0 && counted.has(start.name)) wrong.push(`${name} is reported done and never took effect`)
    if (happened > 0 && DID_NOT_RUN.has(end?.errorKind)) wrong.push(`${name} took effect and is reported as one that did not run`)
    if (isUnknown(call) && !givenUp(evidence) && (start.effect !== 'unsafe' || (probing.has(start.name) && !takenByExpiry)))
      wrong.push(`${name} is reported unknown, though there was a way to know`)
    return wrong
  })
}

/** Nothing happens that no start in the journal announces. */
function announced(evidence: CutEvidence): readonly string[] {
  const keys = new Set(startedCalls(evidence).map(({ start }) => start.idempotencyKey))
  return [...evidence.effects.all().keys()].filter((key) => !keys.has(key)).map((key) => `an effect under ${key} that no start announces`)
}

/** Each run has exactly one end. */
function oneEnd({ facts }: CutEvidence): readonly string[] {
  const ends = new Map<string, number>()
  for (const { event, runId } of facts) {
    if (event.type === 'agent_start') ends.set(runId, 0)
    if (event.type === 'agent_end' || event.type === 'error' || event.type === 'run_cancelled') ends.set(runId, (ends.get(runId) ?? 0) + 1)
  }
  return [...ends].filter(([, count]) => count !== 1).map(([id, count]) => `run ${id} has ${count} ends`)
}

/** A run was ended since resuming it led nowhere: its open calls are closed unlooked at. */
export const givenUp = ({ facts }: CutEvidence): boolean =>
  facts.some(({ event }) => event.type === 'error' && event.code === 'recovery_exhausted')

/** No run is given up before it was resumed in vain again and again. */
function patient(evidence: CutEvidence): readonly string[] {
  const attempts = evidence.facts.map(({ event }) => (event.type === 'session_claimed' ? event.attempt : 0))
  const most = Math.max(0, ...attempts)
  return givenUp(evidence) && most < LEAST_ATTEMPTS ? [`a run was given up after ${most} attempts to resume it`] : []
}

/** Where nothing became unknown and no run was given up, the state is the one that an uninterrupted run comes to. */
function sameOutcome(evidence: CutEvidence, reference: Reference): readonly string[] {
  if (unknownCalls(evidence) > 0 || givenUp(evidence)) return []
  const difference = firstDifference(reference.state, comparable(evidence.state, evidence.directory))
  return difference === undefined ? [] : [`the state differs from an uninterrupted run's: ${difference}`]
}
