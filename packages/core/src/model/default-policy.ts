/** What holds where nobody gave rules: ask for declared `write` and `exec`, allow the rest. */
import { type Access, describeAccess } from './access.ts'
import type { Decision, Judgement, PermissionPolicy, RuleMatch } from './permission-policy.ts'

/** What an access may have. */
type Written = { readonly commands: readonly string[]; readonly by: string; readonly path: string }

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
  const why = access?.kind === 'exec' && access.undecided ? `, of which it cannot be told what it runs: ${access.undecided}` : ''
  return { decision: strictest?.decision ?? 'ask', reason: `default for ${what}${why}` }
}

/**
 * Judges as `policy()` does, without what it takes to read rules. Of those for the session it knows the ones that `alwaysRules` makes
 * of what it asks for.
 */
export const defaultPolicy: PermissionPolicy = {
  judge({ tool, accesses, sessionRules = [] }) {
    const has = (allow: RuleMatch): boolean => sessionRules.some((rule) => JSON.stringify(rule) === JSON.stringify({ allow }))
    const open = accesses.filter((access) => {
      const { kind, commands, by, path = '/' } = access as Partial<Written> & Pick<Access, 'kind'>
      const run = commands?.length ? commands : [by ?? '']
      return !(
        has({ tool }) ||
        run.every((command) => has({ access: 'exec', command })) ||
        has({ access: kind, path }) ||
        (path[0] !== '/' && has({ access: kind, path: '**' }))
      )
    })
    return byDefault(tool, open.length ? open : [undefined], byEffect)
  },
  exposes: () => true,
  describe: () => describePolicy([], 'by-effect'),
}
