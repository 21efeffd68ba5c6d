/** What an agent sends along with the steps that it gives away, so that they never get more than it has. */
import { AgentError, toMessage } from '../base/errors.ts'
import type { PermissionPolicy, PolicyData, Rule } from '../model/permission-policy.ts'
import { policy } from '../model/policy.ts'
import { readPolicyData } from '../model/policy-data.ts'
import { policiesOf } from '../model/policy-source.ts'

/** Policies that a host gives, as data. Throws `invalid_argument` for one that cannot travel. */
export const givenPolicies = (given: readonly PolicyData[]): readonly PolicyData[] =>
  given.map((each) => {
    const data = readPolicyData(each)
    policy(data) // its rules are looked at now, and not only where the step is done
    return data
  })

export type Sender = {
  readonly tool: string
  readonly permissions: PermissionPolicy | undefined
  /** In place of the agent's own. What narrows the agent from above goes along in any case. */
  readonly given: readonly PolicyData[] | undefined
}

/** The policies of a step, with the rules that people added for the session. Throws `invalid_argument` at once where they are no data. */
export function sentPolicies({ tool, permissions = policy(), given }: Sender): (rules: readonly Rule[]) => readonly PolicyData[] {
  const list = (rules: readonly Rule[]): readonly PolicyData[] =>
    given === undefined ? policiesOf(permissions, { rules }) : [...policiesOf(permissions, { rules, above: true }), ...given]
  try {
    list([])
  } catch (error) {
    throw new AgentError('invalid_argument', unsendable(tool, toMessage(error), given !== undefined), { cause: error })
  }
  return list
}

const unsendable = (tool: string, why: string, given: boolean): string =>
  given
    ? `'${tool}' gives steps to others, which may do no more than this agent, and what narrows this agent is no data. ${why}. Make the permissions of its definition of rules, a mode, or a plain default`
    : `'${tool}' gives steps to others, which may do no more than this agent, and its permissions are no data. ${why}. Or say with stepTool({ policies: [policy({ mode: 'read-only' })] }) what the steps may do at the most; with policies: [] only what is allowed there counts`
