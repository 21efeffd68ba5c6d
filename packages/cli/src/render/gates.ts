/** Says what a call passed before it began, a line each. */
import type { AgentEvent, CallGates, HookVerdict } from '@seamfold/core/kit'
import { recordedCause } from './judgement.ts'
import { duration } from './measure.ts'
import { visibleLine } from './text.ts'

/** What of an event says why its call ran, waited or did not. Nothing for any other event. */
export function gateLines(event: AgentEvent): readonly string[] {
  switch (event.type) {
    case 'tool_execution_start':
      return named(event.name, startLines(event.gates ?? {}, event.attempt))
    case 'confirmation_required':
      return named(event.toolName, [...(event.gates?.hooks ?? []).map(hookLine), `asked because of ${recordedCause(event)}`])
    case 'permission_denied':
      return named(event.toolName, [`denied because of ${recordedCause(event)}`])
    case 'tool_end':
      return Array.isArray(event.metadata?.hooks) ? named(event.name, (event.metadata.hooks as readonly HookVerdict[]).map(hookLine)) : []
    default:
      return []
  }
}

const named = (name: string, lines: readonly string[]): readonly string[] => lines.map((line) => visibleLine(`${name}: ${line}`))

function startLines(gates: CallGates | 'unrecorded', attempt: number): readonly string[] {
  if (gates === 'unrecorded') return ['an older version wrote this, and did not tell what it passed']
  const { hooks = [], rule, budgets = [], lane, sandbox } = gates
  const judged = [
    ...hooks.map(hookLine),
    // A rule that asks is told with the question.
    ...(rule === undefined ? ["let through by the policy's default: no rule decided"] : []),
    ...(rule !== undefined && 'allow' in rule.rule ? [`allowed by ${recordedCause({ rule })}`] : []),
    ...budgets.map(
      ({ name = 'without a name', workMs }) =>
        `budget ${name}: one call${workMs === undefined ? '' : ` and ${duration(workMs)} of work`} set aside`,
    ),
  ]
  return [
    // The gates in front of the lane are passed once.
    ...(lane?.after === undefined ? judged : [`attempt ${attempt}, ${duration(lane.after.delayMs)} after: ${lane.after.error}`]),
    ...(lane === undefined ? [] : [`lane ${lane.name}${lane.waitedMs === undefined ? '' : `: waited ${duration(lane.waitedMs)}`}`]),
    ...(sandbox === undefined ? [] : [`in the sandbox ${sandbox}`]),
  ]
}

function hookLine({ name, decision, changed, reason }: HookVerdict): string {
  const who = name === undefined ? 'a hook' : `hook ${name}`
  if (decision === 'block') return `${who} blocked it: ${reason ?? ''}`
  if (decision === 'silent') return `${who} had nothing to say`
  return changed === undefined || changed.length === 0 ? `${who} let it go on` : `${who} replaced ${changed.join(', ')}`
}
