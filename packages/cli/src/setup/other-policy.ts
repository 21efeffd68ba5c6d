/** The policy of a workspace with another file of rules in place of its own, and as it holds for a sub-agent. */
import { type Explanation, type Judgement, type Policy, stricterPolicy, type ToolRequest } from '@seamfold/core'
import { loadPolicyFile } from '../config/load.ts'
import type { Ground } from './settings.ts'
import type { AgentTeam } from './team.ts'

/** The file takes the place of the project's and the user's rules, and of their mode where it names one; the administrator's stay. */
export async function withPolicyFile(ground: Ground, file: string | undefined): Promise<Ground> {
  if (file === undefined) return ground
  const { mode = ground.mode, rules, lines } = await loadPolicyFile(file)
  const layers = (ground.layers ?? []).filter(({ layer }) => layer === 'administrator')
  return { ...ground, mode, rules: [], ruleLines: [], layers: [{ layer: 'project', rules, lines, file }, ...layers] }
}

export type Explain = (request: ToolRequest) => Explanation

/** What an agent may do: what the policy lets everybody, and the agent's own file as well. */
export function explainFor(policy: Policy, { registry }: Pick<AgentTeam, 'registry'>, agent: string | undefined): Explain {
  const own = agent === undefined || !registry.has(agent) ? undefined : registry.get(agent).permissions
  if (own === undefined) return policy.explain
  const both = stricterPolicy(policy, own)
  const told = (judgement: Judgement): Judgement => ({ ...judgement, reason: `${judgement.reason}, of the agent '${agent}'` })
  return (request) => {
    const whole = policy.explain(request)
    const judgement = both.judge(request)
    if (judgement.decision === whole.judgement.decision) return whole
    const parts = whole.parts.map((part) => {
      const judged = both.judge({ ...request, accesses: [part.access] })
      return judged.decision === part.judgement.decision ? part : { ...part, judgement: told(judged) }
    })
    return { judgement: told(judgement), parts, next: whole.judgement }
  }
}
