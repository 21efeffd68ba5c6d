/** Policies as data: what can travel with a step, and what is read of it. */
import { AgentError } from '../base/errors.ts'
import type { Access } from './access.ts'
import { ORDER } from './default-policy.ts'
import { isPermissionMode } from './permission-modes.ts'
import type { Decision, PolicyData } from './permission-policy.ts'

const KEYS: readonly string[] = ['rules', 'layers', 'mode', 'default']

type WithCode = Omit<PolicyData, 'default'> & {
  readonly commands?: unknown
  readonly default?: Decision | ((access: Access) => Decision)
}

/** What a policy was made from, without what is code; one made from nothing has no rules. Throws `invalid_argument` where it judges by a function. */
export function policyData({ commands, default: given, ...data }: WithCode): PolicyData {
  if (commands === undefined && typeof given !== 'function') {
    const whole = { ...data, ...(given && { default: given }) }
    return Object.keys(whole).length === 0 ? { rules: [] } : whole
  }
  const way = "give a mode, or 'allow', 'ask' or 'deny' as its default, or name an agent that has it"
  throw new AgentError('invalid_argument', `A policy that judges by a function cannot travel with a step: ${way}`)
}

/** Data from outside; what its rules say is for `policy` to check. Throws `invalid_argument` for anything that it does not know. */
export function readPolicyData(given: unknown): PolicyData {
  const data = JSON.parse(JSON.stringify(given) ?? 'null') as PolicyData | null
  const keys = Object.keys(data ?? {})
  const unknown = keys.find((key) => !KEYS.includes(key))
  if (data === null || keys.length === 0 || unknown !== undefined)
    throw refused(unknown === undefined ? 'says nothing' : `has the unknown key '${unknown}'`)
  if (data.default !== undefined && !ORDER.includes(data.default)) throw refused(`has the default ${JSON.stringify(data.default)}`)
  if (data.mode !== undefined && !isPermissionMode(data.mode)) throw refused(`has the mode ${JSON.stringify(data.mode)}`)
  for (const list of [data.rules ?? [], data.layers ?? []]) if (!Array.isArray(list)) throw refused('has rules that are no list')
  return data
}

const refused = (problem: string): AgentError =>
  new AgentError('invalid_argument', `A policy that comes with a step is data made of ${KEYS.join(', ')}; this one ${problem}`)
