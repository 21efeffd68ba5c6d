/** What a policy judges by, as data for those who work elsewhere. */
import { AgentError } from '../base/errors.ts'
import type { PermissionPolicy, PolicyData, PolicySourceOptions } from './permission-policy.ts'

/** Each must allow. Throws `invalid_argument` where the policy judges by a function, or in a way of its own. */
export function policiesOf({ judge, source }: PermissionPolicy, asked: PolicySourceOptions): readonly PolicyData[] {
  if (source?.judge === judge) return source.toList(asked)
  if (asked.above) return [] // whatever narrows an agent from above is data
  throw new AgentError('invalid_argument', 'A policy that judges in a way of its own is no data that could travel with a step')
}
