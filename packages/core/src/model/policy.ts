/** Permission rules over accesses: plain data, judged deny, ask, allow, default. */
import { AgentError } from '../base/errors.ts'
import { type Access, type AccessKind, describeAccess } from './access.ts'
import { globMatcher } from './glob.ts'
import type { Json, JsonObject } from './json.ts'

/** What a rule speaks of. All that is given must match; a rule needs at least one. */
export type RuleMatch = {
  /** A tool's name; `*` stands for any run of characters. */
  readonly tool?: string
  /** A kind of access. */
  readonly access?: AccessKind
  /** A glob over the path of a read or write: `*` within a segment, `**` across segments. */
  readonly path?: string
  /** A whole simple command; `*` at the end stands for any further words. Never matches a command with shell operators. */
  readonly command?: string
  /** A host; `*.example.com` stands for its subdomains. */
  readonly host?: string
}

export type Rule = { readonly allow: RuleMatch } | { readonly ask: RuleMatch } | { readonly deny: RuleMatch }

export type Decision = 'allow' | 'ask' | 'deny'

/** What was decided, and why. */
export type Judgement = { readonly decision: Decision; readonly reason: string; readonly rule?: Rule }

/** A call as a policy sees it. */
export type ToolRequest = {
  readonly tool: string
  readonly accesses: readonly Access[]
  /** The arguments as they will run. */
  readonly args?: Json
  /** Whose call it is: a policy of your own may tell tenants apart by the session's metadata. */
  readonly session?: { readonly id: string; readonly metadata: JsonObject }
}

/** Judges calls. Make one with `policy({…})`, or write your own. */
export interface PermissionPolicy {
  judge(request: ToolRequest): Judgement
  /** False when every call of the tool would be denied: the model is not told of it. */
  exposes(tool: string): boolean
  /** Says what it is, for digests: two policies that judge alike describe alike. */
  describe(): string
}

export type PolicyOptions = {
  readonly rules?: readonly Rule[]
  /** For calls that no rule speaks of. Default: ask for `write` and `exec`, allow the rest. */
  readonly default?: Decision | ((access: Access) => Decision)
}

const KEYS: ReadonlySet<string> = new Set(['tool', 'access', 'path', 'command', 'host'])
const ORDER: readonly Decision[] = ['deny', 'ask', 'allow']

const byEffect = (access: Access): Decision => (access.kind === 'write' || access.kind === 'exec' ? 'ask' : 'allow')

type Compiled = {
  readonly rule: Rule
  readonly decision: Decision
  readonly match: RuleMatch
  covers(tool: string, access: Access | undefined): boolean
}

/**
 * A policy from rules. Order: any deny, then any ask, then allow, then the default. An allow rule must cover every access of
 * the call; a deny or ask rule needs to touch one. Throws `invalid_argument` for a rule that is none, naming it.
 */
export function policy({ rules = [], default: fallback = byEffect }: PolicyOptions = {}): PermissionPolicy {
  const compiled = rules.map(compile)
  const defaultFor = (access: Access | undefined): Decision =>
    typeof fallback !== 'function' ? fallback : access === undefined ? 'allow' : fallback(access)
  return {
    judge({ tool, accesses }) {
      const touched: readonly (Access | undefined)[] = accesses.length === 0 ? [undefined] : accesses
      for (const decision of ['deny', 'ask'] as const) {
        const hit = compiled.find((each) => each.decision === decision && touched.some((access) => each.covers(tool, access)))
        if (hit) return judgement(hit)
      }
      const open = touched.filter((access) => !compiled.some((each) => each.decision === 'allow' && each.covers(tool, access)))
      if (open.length === 0) return allowed(compiled, tool, touched)
      return byDefault(tool, open, defaultFor)
    },
    exposes: (tool) => !compiled.some(({ decision, match }) => decision === 'deny' && isOnlyTool(match) && nameMatches(match.tool, tool)),
    describe: () =>
      JSON.stringify({
        rules,
        default: typeof fallback === 'function' ? (fallback === byEffect ? 'by-effect' : String(fallback)) : fallback,
      }),
  }
}

const judgement = ({ decision, rule }: Compiled): Judgement => ({ decision, reason: `rule ${JSON.stringify(rule)}`, rule })

function allowed(compiled: readonly Compiled[], tool: string, touched: readonly (Access | undefined)[]): Judgement {
  const hit = compiled.find((each) => each.decision === 'allow' && touched.some((access) => each.covers(tool, access)))
  return hit ? judgement(hit) : { decision: 'allow', reason: 'it touches nothing' }
}

/** The strictest default over what no rule allowed. */
function byDefault(tool: string, open: readonly (Access | undefined)[], defaultFor: (access: Access | undefined) => Decision): Judgement {
  const judged = open.map((access) => ({ access, decision: defaultFor(access) }))
  const strictest = ORDER.flatMap((decision) => judged.find((each) => each.decision === decision) ?? [])[0]
  const what = strictest?.access === undefined ? `${tool}, which touches nothing` : describeAccess(strictest.access)
  return { decision: strictest?.decision ?? 'ask', reason: `default for ${what}` }
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
    covers: (tool, access) =>
      nameMatches(match.tool, tool) && (isOnlyTool(match) || (access !== undefined && accessMatches({ match, path, decision }, access))),
  }
}

const isOnlyTool = (match: RuleMatch): boolean => Object.keys(match).every((key) => key === 'tool')

const nameMatches = (pattern: string | undefined, name: string): boolean =>
  pattern === undefined || pattern === name || (pattern.includes('*') && globMatcher(pattern.replaceAll('*', '**'))(name))

type AccessRule = { readonly match: RuleMatch; readonly path: ((path: string) => boolean) | undefined; readonly decision: Decision }

function accessMatches({ match, path, decision }: AccessRule, access: Access): boolean {
  if (match.access !== undefined && match.access !== access.kind) return false
  if (path !== undefined && !((access.kind === 'read' || access.kind === 'write') && path(access.path))) return false
  if (match.host !== undefined && !(access.kind === 'net' && hostMatches(match.host, access.host))) return false
  if (match.command === undefined) return true
  if (access.kind !== 'exec') return false
  const pattern = match.command
  if (access.commands !== undefined) {
    // To allow, every command must be covered; to deny or ask, one is enough.
    return decision === 'allow'
      ? access.commands.length > 0 && access.commands.every((command) => commandMatches(pattern, command))
      : access.commands.some((command) => commandMatches(pattern, command))
  }
  // What could not be taken apart is never allowed by a pattern; it is denied or asked for when the pattern could be in it.
  return decision !== 'allow' && mentions(pattern, access.command)
}

function commandMatches(pattern: string, command: string): boolean {
  const words = pattern.trim().split(/\s+/)
  const given = command.trim().split(/\s+/)
  if (words.at(-1) === '*') return words.slice(0, -1).every((word, index) => word === given[index])
  return words.length === given.length && words.every((word, index) => word === given[index])
}

const mentions = (pattern: string, command: string): boolean => {
  const first = pattern.trim().split(/\s+/)[0] ?? ''
  return first === '*' || command.includes(first)
}

const hostMatches = (pattern: string, host: string): boolean =>
  pattern === host || pattern === '*' || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))
