/** What holds where nobody gave rules: ask for declared `write` and `exec`, allow the rest. */
import { type Access, describeAccess } from './access.ts'
import type { Decision, Judgement, PermissionPolicy } from './permission-policy.ts'

export const ORDER: readonly Decision[] = ['deny', 'ask', 'allow']

export const byEffect = (access: Access | undefined): Decision => (access?.kind === 'write' || access?.kind === 'exec' ? 'ask' : 'allow')

/** What a policy without rules says of itself. */
export const describePolicy = (rules: readonly unknown[], fallback: string): string => JSON.stringify({ rules, default: fallback })

/** The strictest default over what no rule allowed. */
export function byDefault(
  tool: string,
  open: readonly (Access | undefined)[],
  defaultFor: (access: Access | undefined) => Decision,
): Judgement {
  const judged = open.map((access) => ({ access, decision: defaultFor(access) }))
  const strictest = ORDER.flatMap((decision) => judged.find((each) => each.decision === decision) ?? [])[0]
  const access = strictest?.access
  const what = access === undefined ? `${tool}, which touches nothing` : describeAccess(access)
  const why =
    access?.kind === 'exec' && access.undecided !== undefined ? `, of which it cannot be told what it runs: ${access.undecided}` : ''
  return { decision: strictest?.decision ?? 'ask', reason: `default for ${what}${why}` }
}

/** Judges as `policy()` does, without what it takes to read rules: those of the session neither. */
export const defaultPolicy: PermissionPolicy = {
  judge: ({ tool, accesses }) => byDefault(tool, accesses.length === 0 ? [undefined] : accesses, byEffect),
  exposes: () => true,
  describe: () => describePolicy([], 'by-effect'),
}
