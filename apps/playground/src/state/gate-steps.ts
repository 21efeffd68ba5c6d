/** Says what a call passed before it began, as its start tells. */
import type { DecidingRule } from '@seamfold/core'
import type { CallGates, CallReservation, FactOf, HookVerdict } from '@seamfold/core/kit'
import { formatDuration } from '../text/format.ts'
import type { StoryStep } from './story-step.ts'

/** A rule as it was written, and where. */
export function ruleText({ rule, ...origin }: DecidingRule): string {
  const { layer, file, line } = origin
  const place = file === undefined ? layer : `${layer}, ${file}${line === undefined ? '' : `:${line}`}`
  return `${JSON.stringify(rule)}${place === undefined ? '' : ` (${place})`}`
}

/** What one hook said of a call. */
export function hookStep({ name, decision, changed, reason }: HookVerdict, key: string): StoryStep {
  const who = name === undefined ? 'A hook' : `Hook ${name}`
  if (decision === 'block') return { key, title: `${who} blocked it`, detail: reason ?? '', tone: 'bad' }
  if (decision === 'silent') return { key, title: who, detail: 'was asked and had nothing to say', tone: 'plain' }
  const replaced = changed !== undefined && changed.length > 0 ? `replaced ${changed.join(', ')}` : 'let it go on'
  return { key, title: who, detail: replaced, tone: 'good' }
}

export const hookSteps = ({ hooks = [] }: CallGates, key: string): readonly StoryStep[] =>
  hooks.map((verdict, index) => hookStep(verdict, `${key}/hook-${index}`))

function ruleSteps({ rule }: CallGates, key: string): readonly StoryStep[] {
  if (rule !== undefined && 'allow' in rule.rule)
    return [{ key: `${key}/rule`, title: 'Allowed by a rule', detail: ruleText(rule), tone: 'good' }]
  return [{ key: `${key}/rule`, title: 'Let through by the policy', detail: 'no rule decided: its default did', tone: 'good' }]
}

const setAside = ({ name, workMs }: CallReservation): string =>
  `one call${workMs === undefined ? '' : ` and ${formatDuration(workMs)} of work`}${name === undefined ? '' : ` in ${name}`}`

function budgetSteps({ budgets = [] }: CallGates, key: string): readonly StoryStep[] {
  if (budgets.length === 0) return []
  return [{ key: `${key}/budgets`, title: 'Budgets set aside', detail: budgets.map(setAside).join('; '), tone: 'plain' }]
}

function laneSteps({ lane }: CallGates, key: string): readonly StoryStep[] {
  if (lane === undefined) return []
  const { name, waitedMs } = lane
  const detail = waitedMs === undefined ? 'its place was free' : `waited ${formatDuration(waitedMs)} for its place`
  return [{ key: `${key}/lane`, title: `Lane ${name}`, detail, tone: waitedMs === undefined ? 'plain' : 'wait' }]
}

/** Of another attempt: why there is one. The gates in front of the lane were passed once. */
function retrySteps({ lane }: CallGates, key: string): readonly StoryStep[] {
  if (lane?.after === undefined) return []
  const { error, delayMs } = lane.after
  return [{ key: `${key}/again`, title: 'Tried again', detail: `after a pause of ${formatDuration(delayMs)}: ${error}`, tone: 'wait' }]
}

/** `asked`: somebody was, and hooks and rule were told with the question. Nothing for a start of an older version, which did not tell. */
export function gateSteps({ gates = {} }: FactOf<'tool_execution_start'>, key: string, asked: boolean): readonly StoryStep[] {
  if (gates === 'unrecorded') return []
  const again = retrySteps(gates, key)
  if (again.length > 0) return [...again, ...laneSteps(gates, key)]
  const judged = asked ? [] : [...hookSteps(gates, key), ...ruleSteps(gates, key)]
  return [...judged, ...budgetSteps(gates, key), ...laneSteps(gates, key)]
}
