/** How long a rule that asks waits for an approval, and what holds where several rules ask for the same call. */
import type { ConfirmTimeout, Rule } from './permission-policy.ts'

const ACTIONS: readonly ConfirmTimeout['action'][] = ['reject', 'suspend', 'approve']

/** What is wrong with the times of a rule, in words behind its name; undefined where nothing is. */
export function timeoutProblem(rule: Rule): string | undefined {
  const { timeoutMs, onTimeout } = rule as { readonly timeoutMs?: unknown; readonly onTimeout?: unknown }
  if (timeoutMs === undefined && onTimeout === undefined) return undefined
  if (!('ask' in rule)) return `has a timeout, and only rules that ask wait for somebody: ${JSON.stringify(rule)}`
  if (timeoutMs === undefined) return `has 'onTimeout' without 'timeoutMs': say how many milliseconds it waits`
  if (typeof timeoutMs !== 'number' || !Number.isFinite(timeoutMs) || timeoutMs <= 0)
    return `has the 'timeoutMs' ${JSON.stringify(timeoutMs)}: give milliseconds above 0`
  if (onTimeout !== undefined && !ACTIONS.some((action) => action === onTimeout))
    return `has the 'onTimeout' ${JSON.stringify(onTimeout)}: it is one of ${ACTIONS.join(', ')}`
  return undefined
}

export const timeoutOf = (rule: Rule): ConfirmTimeout | undefined =>
  'ask' in rule && rule.timeoutMs !== undefined ? { afterMs: rule.timeoutMs, action: rule.onTimeout ?? 'reject' } : undefined

/**
 * The strictest of those who ask for a call: to reject before to suspend, and of these the soonest. To approve only where all say so,
 * and then the latest. `undefined` stands for one that leaves it to the agent.
 */
export function strictestTimeout(timeouts: readonly (ConfirmTimeout | undefined)[]): ConfirmTimeout | undefined {
  const given = timeouts.flatMap((timeout) => timeout ?? []).toSorted((a, b) => a.afterMs - b.afterMs)
  const strict = given.find(({ action }) => action === 'reject') ?? given.find(({ action }) => action === 'suspend')
  return strict ?? (given.length === timeouts.length ? given.at(-1) : undefined)
}
