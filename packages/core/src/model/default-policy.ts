/** What holds where nobody gave rules: ask for declared `write` and `exec`, allow the rest. */
import { type Access, describeAccess } from './access.ts'
import type { Decision, Judgement, PermissionPolicy, Rule } from './permission-policy.ts'

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

type Asked = { readonly tool: string; readonly access: Access; readonly command: string | undefined }

/** Whether a rule without patterns, as "always in this session" makes them, lets something that is asked for pass. */
function lets(rule: Rule, { tool, access, command }: Asked): boolean {
  const match = 'allow' in rule ? rule.allow : {}
  const fitting: Readonly<Record<string, readonly unknown[]>> = {
    tool: [tool],
    // What the words of an allowed command name is allowed with it.
    access: [access.kind, 'by' in access && match.command && 'exec'],
    command: [command],
    path: 'path' in access && !match.command ? [access.path, !access.path.startsWith('/') && '**'] : [],
  }
  const said = Object.entries(match)
  return said.length > 0 && said.every(([key, value]) => fitting[key]?.includes(value))
}

/**
 * Judges as `policy()` does, without what it takes to read rules. Of those for the session it reads the ones that allow and have no
 * pattern but the path `**`.
 */
export const defaultPolicy: PermissionPolicy = {
  judge({ tool, accesses, sessionRules = [] }) {
    const open = accesses.filter((access) => {
      const commands = access.kind === 'exec' && access.commands?.length ? access.commands : ['by' in access ? access.by : undefined]
      return !commands.every((command) => sessionRules.some((rule) => lets(rule, { tool, access, command })))
    })
    return byDefault(tool, open.length ? open : [undefined], byEffect)
  },
  exposes: () => true,
  describe: () => describePolicy([], 'by-effect'),
}
