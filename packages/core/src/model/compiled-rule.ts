/** One rule made ready to be held against calls. */
import { AgentError } from '../base/errors.ts'
import type { Access } from './access.ts'
import { type CommandPattern, couldBe, isCommand, mentions, readPattern } from './command-pattern.ts'
import { ORDER } from './default-policy.ts'
import { globMatcher, mayLieBelow } from './glob.ts'
import { nearestName } from './nearest.ts'
import type { ConfirmTimeout, Decision, Rule, RuleMatch, RuleOrigin, ToolRequest } from './permission-policy.ts'
import { timeoutOf, timeoutProblem } from './rule-timeout.ts'

/** `perhaps`: only running it would tell. */
export type Touching = 'yes' | 'no' | 'perhaps'

export interface CompiledRule {
  readonly rule: Rule
  readonly decision: Decision
  readonly match: RuleMatch
  readonly origin: RuleOrigin
  /** Whether it is about every call of a tool, whatever it touches. */
  readonly isWhole: boolean
  /** How long it waits for an approval, where it asks and says so. */
  readonly timeout: ConfirmTimeout | undefined
  /** Whether it speaks of calls like this one, before what they touch is looked at. */
  concerns(request: ToolRequest): boolean
  touches(access: Access | undefined): Touching
}

/** All that a rule may say. */
const RULE_KEYS = ['tool', 'access', 'path', 'command', 'host', 'effect', 'agent', 'starts'] as const
/** Beside what it matches, of a rule that asks. */
const OF_A_TIMEOUT: ReadonlySet<string> = new Set(['timeoutMs', 'onTimeout'])
/** What is told of a call before it is known what it touches. */
const OF_THE_CALL: ReadonlySet<string> = new Set(['tool', 'effect', 'agent'])

/** Throws `invalid_argument` for a rule that is none, naming it and where it stands. */
export function compileRule(rule: Rule, origin: RuleOrigin, index: number): CompiledRule {
  const name = describeRule(origin, index)
  const [decision, ...rest] = Object.keys(rule).filter((key) => !OF_A_TIMEOUT.has(key)) as Decision[]
  if (decision === undefined || rest.length > 0 || !ORDER.includes(decision))
    throw refused(`${name} must have exactly one of allow, ask, deny: ${JSON.stringify(rule)}`)
  const problem = timeoutProblem(rule)
  if (problem !== undefined) throw refused(`${name} ${problem}`)
  const match = (rule as Record<Decision, RuleMatch>)[decision]
  const keys = Object.keys(match)
  const unknown = keys.find((key) => !RULE_KEYS.some((known) => known === key))
  if (unknown !== undefined) {
    const near = nearestName(unknown, RULE_KEYS)
    throw refused(
      `${name} has the unknown key '${unknown}'. ${near === undefined ? `Known keys: ${RULE_KEYS.join(', ')}` : `Did you mean '${near}'?`}`,
    )
  }
  if (keys.length === 0) throw refused(`${name} matches nothing: give at least one of ${RULE_KEYS.join(', ')}`)
  const [tool, agent, starts] = [nameTest(match.tool), nameTest(match.agent), nameTest(match.starts)]
  const path = match.path === undefined ? undefined : globMatcher(match.path)
  const isWhole = keys.every((key) => OF_THE_CALL.has(key))
  const command = match.command === undefined ? undefined : readPattern(match.command)
  const compiled = { match, path, command, starts, decision }
  return {
    rule,
    decision,
    match,
    origin,
    isWhole,
    timeout: timeoutOf(rule),
    concerns: (request) =>
      tool(request.tool) &&
      (match.effect === undefined || match.effect === (request.effect ?? 'unsafe')) &&
      (match.agent === undefined || agent(agentOf(request))),
    touches: (access) => (isWhole ? 'yes' : access === undefined ? 'no' : accessMatches(compiled, access)),
  }
}

const refused = (words: string): AgentError => new AgentError('invalid_argument', words)

/** `file:line: the rule`, or its number where no file is known. */
function describeRule({ file, line, layer }: RuleOrigin, index: number): string {
  if (file !== undefined) return `${file}${line === undefined ? '' : `:${line}`}: rule ${index + 1}`
  return layer === 'project' ? `Rule ${index + 1}` : `Rule ${index + 1} of the layer '${layer}'`
}

/** The sub-agent that makes a call, by its session; the empty name for the agent outside. */
const agentOf = ({ session }: Pick<ToolRequest, 'session'>): string =>
  typeof session?.metadata.agent === 'string' ? session.metadata.agent : ''

/** Compares names with a pattern in which `*` stands for any run of characters. */
export function nameTest(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true
  if (!pattern.includes('*')) return (name) => name === pattern
  const matches = globMatcher(pattern.replaceAll('*', '**'))
  return (name) => name === pattern || matches(name)
}

type Prepared = {
  readonly match: RuleMatch
  readonly path: ((path: string) => boolean) | undefined
  readonly command: CommandPattern | undefined
  readonly starts: (agent: string) => boolean
  readonly decision: Decision
}

/** Where only running it tells the path, or it climbs out of the workspace. */
const ANYWHERE = /^(?:\/$|\.\.(?:\/|$))/

function accessMatches({ match, path, command, starts, decision }: Prepared, access: Access): Touching {
  // What the words of an allowed command name is allowed with it.
  if (decision === 'allow' && command !== undefined && 'by' in access && access.by !== undefined) {
    return (match.access ?? 'exec') === 'exec' && path === undefined && isCommand(command, access.by) ? 'yes' : 'no'
  }
  if (access.kind === 'write' && access.perhaps === true && (decision !== 'allow' || match.access !== undefined))
    return decision === 'allow' ? 'no' : perhapsTouches({ match, path }, access)
  if (match.access !== undefined && match.access !== access.kind) return 'no'
  if (match.host !== undefined && !(access.kind === 'net' && hostMatches(match.host, access.host))) return 'no'
  if (match.starts !== undefined && !(access.kind === 'agent' && starts(access.agent))) return 'no'
  if (match.path !== undefined && path !== undefined) {
    if (access.kind !== 'read' && access.kind !== 'write') return 'no'
    const place = decision === 'allow' ? isPlace(match.path, path, access.path) : touchesPlace(match.path, path, access)
    if (place !== 'yes') return command === undefined ? place : 'no'
  }
  if (command === undefined) return 'yes'
  return access.kind === 'exec' ? commandTouches(command, decision, access) : 'no'
}

/** Of a word that may be a path only rules over paths speak, and whichever speak of files where the path may be any. */
function perhapsTouches({ match, path }: Pick<Prepared, 'match' | 'path'>, access: Extract<Access, { kind: 'write' }>): Touching {
  const { access: kind = 'write', host, starts, command } = match
  if ((kind !== 'write' && kind !== 'read') || host !== undefined || starts !== undefined || command !== undefined) return 'no'
  if (ANYWHERE.test(access.path)) return path !== undefined || match.access !== undefined ? 'perhaps' : 'no'
  if (match.path === undefined || path === undefined) return 'no'
  // A folder is meant by a rule over all that is in it.
  const isMeant = path(access.path) || path(`${access.path}/`)
  return isMeant || (access.below === true && mayLieBelow(match.path, access.path)) ? 'perhaps' : 'no'
}

const OUTSIDE = /^(?:\/|\.\.(?:\/|$))/

/** A relative pattern speaks of the workspace; what lies outside has an absolute path, or one that climbs. */
const isPlace = (pattern: string, matches: (path: string) => boolean, path: string): Touching =>
  matches(path) && (!OUTSIDE.test(path) || OUTSIDE.test(pattern)) ? 'yes' : 'no'

function touchesPlace(pattern: string, matches: (path: string) => boolean, access: Extract<Access, { path: string }>): Touching {
  if (matches(access.path)) return 'yes'
  if (ANYWHERE.test(access.path)) return 'perhaps'
  if (access.below === true) return mayLieBelow(pattern, access.path) ? 'perhaps' : 'no'
  // To change a folder may change what is in it.
  const fixed = pattern.slice(0, pattern.search(/[*?{]|$/))
  const holds = access.kind === 'write' && fixed.includes('/') && (access.path === '.' || fixed.startsWith(`${access.path}/`))
  return holds ? 'perhaps' : 'no'
}

function commandTouches(pattern: CommandPattern, decision: Decision, access: Extract<Access, { kind: 'exec' }>): Touching {
  const { commands, command } = access
  if (decision === 'allow') return commands?.length === 1 && commands.every((each) => isCommand(pattern, each)) ? 'yes' : 'no'
  if (commands !== undefined) return commands.some((each) => couldBe(pattern, each)) ? 'yes' : 'no'
  // What could not be taken apart is denied or asked for when the pattern could be in it.
  return mentions(pattern, command) ? 'yes' : 'perhaps'
}

export const hostMatches = (pattern: string, host: string): boolean =>
  pattern === host || pattern === '*' || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))
