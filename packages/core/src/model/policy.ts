/** Permission rules over accesses: plain data, judged deny, ask, allow, default. */
import { AgentError } from '../base/errors.ts'
import type { Access } from './access.ts'
import { couldBe, isCommand, mentions } from './command-pattern.ts'
import { byDefault, byEffect, describePolicy, ORDER } from './default-policy.ts'
import { globMatcher } from './glob.ts'
import type { Decision, Judgement, PermissionPolicy, Rule, RuleMatch } from './permission-policy.ts'

export type { Decision, Judgement, PermissionPolicy, Rule, RuleMatch, ToolRequest } from './permission-policy.ts'

export type PolicyOptions = {
  readonly rules?: readonly Rule[]
  /** For calls that no rule speaks of. Default: ask for `write` and `exec`, allow the rest. */
  readonly default?: Decision | ((access: Access) => Decision)
}

const KEYS: ReadonlySet<string> = new Set(['tool', 'access', 'path', 'command', 'host'])
type Compiled = {
  readonly rule: Rule
  readonly decision: Decision
  readonly match: RuleMatch
  touches(tool: string, access: Access | undefined): Touching
}

/** `perhaps`: only running it would tell. */
type Touching = 'yes' | 'no' | 'perhaps'

/**
 * A policy from rules. Order: any deny, then any ask, then allow, then the default. An allow rule must cover every access of
 * the call, and every command of a line, each by whichever rule; a deny or ask rule needs to touch one. Where it cannot be told
 * whether a deny rule touches one, it asks. Throws `invalid_argument` for a rule that is none, naming it.
 */
export function policy({ rules = [], default: fallback = byEffect }: PolicyOptions = {}): PermissionPolicy {
  const compiled = rules.map(compile)
  const defaultFor = (access: Access | undefined): Decision =>
    typeof fallback !== 'function' ? fallback : access === undefined ? 'allow' : fallback(access)
  return {
    judge({ tool, accesses }) {
      const touched: readonly (Access | undefined)[] = accesses.length === 0 ? [undefined] : accesses.flatMap(commandByCommand)
      const against = heldBack(compiled, tool, touched)
      if (against !== undefined) return against
      const open = touched.filter((access) => !compiled.some((each) => each.decision === 'allow' && each.touches(tool, access) === 'yes'))
      if (open.length === 0) return allowed(compiled, tool, touched)
      return byDefault(tool, open, defaultFor)
    },
    exposes: (tool) => !compiled.some(({ decision, match }) => decision === 'deny' && isOnlyTool(match) && nameMatches(match.tool, tool)),
    describe: () =>
      describePolicy(rules, typeof fallback === 'function' ? (fallback === byEffect ? 'by-effect' : String(fallback)) : fallback),
  }
}

/** A line that runs several commands is judged as that many. */
function commandByCommand(access: Access): readonly Access[] {
  if (access.kind !== 'exec' || access.commands === undefined || access.commands.length < 2) return [access]
  return access.commands.map((command) => ({ kind: 'exec', command, commands: [command] }))
}

/** What the rules that deny or ask come to. */
function heldBack(compiled: readonly Compiled[], tool: string, touched: readonly (Access | undefined)[]): Judgement | undefined {
  const touching = (each: Compiled, how: Touching): boolean => touched.some((access) => each.touches(tool, access) === how)
  const denied = compiled.find((each) => each.decision === 'deny' && touching(each, 'yes'))
  if (denied !== undefined) return judgement(denied)
  const asked = compiled.find((each) => each.decision === 'ask' && touching(each, 'yes'))
  if (asked !== undefined) return judgement(asked)
  const unsure = compiled.find((each) => each.decision !== 'allow' && touching(each, 'perhaps'))
  return unsure && { ...judgement(unsure), decision: 'ask', reason: `it cannot be told whether ${judgement(unsure).reason} applies` }
}

const judgement = ({ decision, rule }: Compiled): Judgement => ({ decision, reason: `rule ${JSON.stringify(rule)}`, rule })

function allowed(compiled: readonly Compiled[], tool: string, touched: readonly (Access | undefined)[]): Judgement {
  const hit = compiled.find((each) => each.decision === 'allow' && touched.some((access) => each.touches(tool, access) === 'yes'))
  return hit ? judgement(hit) : { decision: 'allow', reason: 'it touches nothing' }
}

function compile(rule: Rule, index: number): Compiled {
  const [decision, ...rest] = Object.keys(rule) as Decision[]
  if (decision === undefined || rest.length > 0 || !ORDER.includes(decision)) {
    throw new AgentError('invalid_argument', `Rule ${index + 1} must have exactly one of allow, ask, deny: ${JSON.stringify(rule)}`)
  }
  const match = (rule as Record<Decision, RuleMatch>)[decision]
  const unknown = Object.keys(match).find((key) => !KEYS.has(key))
  if (unknown !== undefined)
    throw new AgentError('invalid_argument', `Rule ${index + 1} has the unknown key '${unknown}'. Known keys: ${[...KEYS].join(', ')}`)
  if (Object.keys(match).length === 0)
    throw new AgentError('invalid_argument', `Rule ${index + 1} matches nothing: give at least one of ${[...KEYS].join(', ')}`)
  const path = match.path === undefined ? undefined : globMatcher(match.path)
  return {
    rule,
    decision,
    match,
    touches(tool, access) {
      if (!nameMatches(match.tool, tool)) return 'no'
      if (isOnlyTool(match)) return 'yes'
      return access === undefined ? 'no' : accessMatches({ match, path, decision }, access)
    },
  }
}

const isOnlyTool = (match: RuleMatch): boolean => Object.keys(match).every((key) => key === 'tool')

const nameMatches = (pattern: string | undefined, name: string): boolean =>
  pattern === undefined || pattern === name || (pattern.includes('*') && globMatcher(pattern.replaceAll('*', '**'))(name))

type AccessRule = { readonly match: RuleMatch; readonly path: ((path: string) => boolean) | undefined; readonly decision: Decision }

function accessMatches({ match, path, decision }: AccessRule, access: Access): Touching {
  // What the words of an allowed command name is allowed with it.
  if (decision === 'allow' && match.command !== undefined && 'by' in access && access.by !== undefined) {
    return (match.access ?? 'exec') === 'exec' && path === undefined && isCommand(match.command, access.by) ? 'yes' : 'no'
  }
  if (match.access !== undefined && match.access !== access.kind) return 'no'
  if (match.host !== undefined && !(access.kind === 'net' && hostMatches(match.host, access.host))) return 'no'
  if (match.path !== undefined && path !== undefined) {
    if (access.kind !== 'read' && access.kind !== 'write') return 'no'
    const place = decision === 'allow' ? isPlace(match.path, path, access.path) : touchesPlace(match.path, path, access)
    if (place !== 'yes') return place
  }
  if (match.command === undefined) return 'yes'
  return access.kind === 'exec' ? commandTouches(match.command, decision, access) : 'no'
}

/** A relative pattern speaks of the workspace; what lies outside has an absolute path. */
const isPlace = (pattern: string, matches: (path: string) => boolean, path: string): Touching =>
  matches(path) && (!path.startsWith('/') || pattern.startsWith('/')) ? 'yes' : 'no'

function touchesPlace(pattern: string, matches: (path: string) => boolean, access: Extract<Access, { path: string }>): Touching {
  if (matches(access.path)) return 'yes'
  if (access.path === '/') return 'perhaps'
  // To change a folder may change what is in it.
  const fixed = pattern.slice(0, pattern.search(/[*?{]|$/))
  const holds = access.kind === 'write' && fixed.includes('/') && (access.path === '.' || fixed.startsWith(`${access.path}/`))
  return holds ? 'perhaps' : 'no'
}

function commandTouches(pattern: string, decision: Decision, access: Extract<Access, { kind: 'exec' }>): Touching {
  const { commands, command } = access
  if (decision === 'allow') return commands?.length === 1 && commands.every((each) => isCommand(pattern, each)) ? 'yes' : 'no'
  if (commands !== undefined) return commands.some((each) => couldBe(pattern, each)) ? 'yes' : 'no'
  // What could not be taken apart is denied or asked for when the pattern could be in it.
  return mentions(pattern, command) ? 'yes' : 'perhaps'
}

const hostMatches = (pattern: string, host: string): boolean =>
  pattern === host || pattern === '*' || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))
