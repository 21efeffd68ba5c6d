/** The list of what the model is going to do, as a call of `update_plan` writes it down. */
import { isJsonObject, type Json } from '@seamfold/core/kit'
import { callsOf } from './calls.ts'
import type { Item } from './types.ts'

export type PlanStep = { readonly step: string; readonly status: 'pending' | 'in_progress' | 'completed' }

export const planTool = 'update_plan'

const statuses: ReadonlySet<unknown> = new Set<PlanStep['status']>(['pending', 'in_progress', 'completed'])

const isStep = (value: Json): value is PlanStep => isJsonObject(value) && typeof value.step === 'string' && statuses.has(value.status)

/** As far as it is written; undefined where there is none. */
export function planOf(input: Json | undefined): readonly PlanStep[] | undefined {
  const plan = isJsonObject(input) && Array.isArray(input.plan) ? input.plan.filter(isStep) : []
  return plan.length === 0 ? undefined : plan
}

/** The last one of the run that is the last: the list as it stands. */
export function currentPlan(items: readonly Item[]): readonly PlanStep[] | undefined {
  for (const item of items.toReversed()) {
    if (item.kind === 'prompt') return undefined
    if (item.kind !== 'turn') continue
    const call = callsOf(item).findLast(({ name, status }) => name === planTool && status === 'succeeded')
    const plan = planOf(call?.input)
    if (plan !== undefined) return plan
  }
  return undefined
}
