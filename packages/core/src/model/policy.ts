/** Permission rules over accesses: plain data in layers, judged deny, ask, allow, default. */
import { AgentError } from '../base/errors.ts'
import type { Access } from './access.ts'
import { type CompiledRule, compileRule, type Touching } from './compiled-rule.ts'
import { byDefault, byEffect, describePolicy } from './default-policy.ts'
import { modeDefault, type PermissionMode } from './permission-modes.ts'
import type {
  ConfirmTimeout,
  Decision,
  Judgement,
  PermissionPolicy,
  PolicyData,
  PolicyLayer,
  Rule,
  RuleLayer,
  RuleOrigin,
  ToolRequest,
} from './permission-policy.ts'
import { policyData, readPolicyData } from './policy-data.ts'
import { askingOutside, narrowedPolicy } from './stricter-policy.ts'
import { strictestTimeout } from './rule-timeout.ts'

export type PolicyOptions = {
  /** Of the layer `project`. */
  readonly rules?: readonly Rule[]
  /** Rules of other layers. Within one the order does not matter. */
  readonly layers?: readonly RuleLayer[]
  /** What becomes of calls that no rule speaks of, by name. */
  readonly mode?: PermissionMode
  /** Judges the commands that no rule speaks of, whatever the mode, for instance `readOnlyCommands()`. */
  readonly commands?: (access: Access) => Decision
  /** For calls that no rule speaks of, in place of a mode. Default: ask for `write` and `exec`, allow the rest. */
  readonly default?: Decision | ((access: Access) => Decision)
}

/** A judgement with all that led to it. */
export type Explanation = {
  readonly judgement: Judgement
  /** Each thing that the call touches, each command of a line by itself, as if it were all; empty for a call that touches nothing. */
  readonly parts: readonly { readonly access: Access; readonly judgement: Judgement }[]
  /** What would be decided without the rule that decided; undefined where it was the default. */
  readonly next: Judgement | undefined
}

export interface Policy extends PermissionPolicy {
  /** Judges as `judge` does, and says why. */
  explain(request: ToolRequest): Explanation
  /** The rules of all layers, the strongest layer first. */
  readonly layers: readonly RuleLayer[]
  /** As data, so that it may travel with a step. Throws `invalid_argument` where it judges by a function. */
  toJSON?(): PolicyData
}

export const LAYERS: readonly PolicyLayer[] = ['default', 'project', 'user', 'session', 'administrator']
const rankOf = ({ origin }: CompiledRule): number => LAYERS.indexOf(origin.layer)

type Fallback = (access: Access | undefined) => Decision
type Part = Access | undefined

/**
 * A policy from rules. A deny rule that touches anything of the call denies it, in whichever layer it stands. What an ask rule touches
 * is asked for, unless a rule of a higher layer allows it. The rest must be allowed, every access and every command of a line, each by
 * whichever rule; what no rule speaks of goes to the default. The strictest of these counts. Where only running it would tell whether a
 * rule that denies or asks touches it, it asks, and for one that denies no layer lifts that. Throws `invalid_argument` for a rule that is
 * none, naming it.
 */
export function policy(options: PolicyOptions = {}): Policy {
  const { rules = [], layers = [] } = options
  const fallback = fallbackOf(options)
  const given: readonly RuleLayer[] = [...layers, ...(rules.length === 0 ? [] : [{ layer: 'project', rules } as const])]
  const compiled = sorted(given.flatMap(compileLayer))
  const ofSessions = new WeakMap<readonly Rule[], readonly CompiledRule[]>()
  const rulesFor = ({ sessionRules }: ToolRequest): readonly CompiledRule[] => {
    if (sessionRules === undefined || sessionRules.length === 0) return compiled
    const known = ofSessions.get(sessionRules) ?? sorted([...compiled, ...sessionRules.flatMap(compileLearned)])
    ofSessions.set(sessionRules, known)
    return known
  }
  const judge = (request: ToolRequest): Judgement => judgeBy(rulesFor(request), request, fallback)
  return {
    judge,
    explain: (request) => explainBy(rulesFor(request), request, fallback),
    exposes: (tool, session) =>
      !compiled.some(({ decision, isWhole, match, concerns }) => {
        return decision === 'deny' && isWhole && match.effect === undefined && concerns({ tool, accesses: [], ...(session && { session }) })
      }),
    describe: () => describe(options),
    narrow: (own, data) => narrowedPolicy(own, askingOutside(own, policy(readPolicyData(data)))),
    source: { judge, toList: ({ rules: learned, above }) => (above ? [] : [policyData(withLearned(options, learned))]) },
    toJSON: () => policyData(options),
    layers: given.toSorted((a, b) => LAYERS.indexOf(b.layer) - LAYERS.indexOf(a.layer)),
  }
}

function fallbackOf({ mode, commands, default: given }: PolicyOptions): Fallback {
  if (mode !== undefined && given !== undefined)
    throw new AgentError('invalid_argument', `A policy has a mode ('${mode}') or a default, not both: leave one of them out`)
  const plain = mode === undefined ? (given ?? byEffect) : modeDefault(mode, commands)
  return (access) => {
    if (access?.kind === 'exec' && commands !== undefined) return commands(access)
    if (typeof plain !== 'function') return plain
    return access === undefined ? 'allow' : plain(access)
  }
}

const sorted = (rules: readonly CompiledRule[]): readonly CompiledRule[] => rules.toSorted((a, b) => rankOf(b) - rankOf(a))

function compileLayer({ layer, rules, file, lines = [] }: RuleLayer): readonly CompiledRule[] {
  if (!LAYERS.includes(layer)) throw new AgentError('invalid_argument', `There is no layer '${layer}': they are ${LAYERS.join(', ')}`)
  return rules.map((rule, index) => {
    const line = lines[index]
    const origin: RuleOrigin = { layer, ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) }
    return compileRule(rule, origin, index)
  })
}

/** A rule that a person gave with an answer: one that cannot be read allows nothing, and the call is asked for as before. */
function compileLearned(rule: Rule): readonly CompiledRule[] {
  try {
    return compileLayer({ layer: 'session', rules: [rule] })
  } catch {
    return [] // said by the asking
  }
}

/** With the rules of the session that can be read. */
function withLearned(options: PolicyOptions, learned: readonly Rule[]): PolicyOptions {
  const rules = learned.filter((rule) => compileLearned(rule).length > 0)
  return rules.length === 0 ? options : { ...options, layers: [...(options.layers ?? []), { layer: 'session', rules }] }
}

/** A line that runs several commands is judged as that many. */
function commandByCommand(access: Access): readonly Access[] {
  if (access.kind !== 'exec' || access.commands === undefined || access.commands.length < 2) return [access]
  return access.commands.map((command) => ({ kind: 'exec', command, commands: [command] }))
}

function judgeBy(all: readonly CompiledRule[], request: ToolRequest, fallback: Fallback): Judgement {
  const rules = all.filter((rule) => rule.concerns(request))
  const { accesses } = request
  const parts: readonly Part[] = accesses.length === 0 ? [undefined] : accesses.flatMap(commandByCommand)
  const denied = rules.find((rule) => rule.decision === 'deny' && parts.some((part) => rule.touches(part) === 'yes'))
  if (denied !== undefined) return judgementOf(denied)
  const found = parts.map((part) => findingOf(rules, part))
  const open = parts.filter((_, index) => found[index]?.isOpen === true)
  const rest = open.length === 0 ? undefined : byDefault(request.tool, open, fallback)
  const asked = found.find(({ asks }) => asks?.how === 'yes') ?? found.find(({ asks }) => asks !== undefined)
  if (rest?.decision === 'deny' || asked?.asks === undefined) return rest ?? allowedBy(found)
  const { rule, how } = asked.asks
  // What the default asks for as well is left to the agent.
  const timeout = strictestTimeout([...found.flatMap(({ timeouts }) => timeouts), ...(rest?.decision === 'ask' ? [undefined] : [])])
  const judgement = { ...judgementOf(rule), decision: 'ask' as const, ...(timeout && { timeout }) }
  return how === 'yes' ? judgement : { ...judgement, reason: `it cannot be told whether ${judgement.reason} applies` }
}

type Finding = {
  /** The rule because of which somebody is asked. */
  readonly asks?: { readonly rule: CompiledRule; readonly how: Touching }
  readonly allows?: CompiledRule
  /** How long those who ask wait for an approval. */
  readonly timeouts: readonly (ConfirmTimeout | undefined)[]
  /** No rule decides it. */
  readonly isOpen: boolean
}

/** What the rules say of one thing that is touched and that none denies for certain; the strongest layer comes first. */
function findingOf(rules: readonly CompiledRule[], part: Part): Finding {
  const allows = rules.find((rule) => rule.decision === 'allow' && rule.touches(part) === 'yes')
  const lifts = (rule: CompiledRule): boolean => allows !== undefined && rankOf(allows) > rankOf(rule)
  const denies = rules.find((rule) => rule.decision === 'deny' && rule.touches(part) === 'perhaps')
  const asking = rules.filter((rule) => rule.decision === 'ask' && !lifts(rule)).map((rule) => ({ rule, how: rule.touches(part) }))
  const asks =
    asking.find(({ how }) => how === 'yes') ??
    (denies && { rule: denies, how: 'perhaps' as const }) ??
    asking.find(({ how }) => how === 'perhaps')
  const timeouts = [...asking.filter(({ how }) => how !== 'no').map(({ rule }) => rule.timeout), ...(denies ? [undefined] : [])]
  const isOpen = allows === undefined && asks?.how !== 'yes' && !(part?.kind === 'write' && part.perhaps === true)
  return { ...(asks && { asks }), ...(allows && { allows }), timeouts, isOpen }
}

const judgementOf = ({ decision, rule, origin }: CompiledRule): Judgement => ({
  decision,
  reason: `rule ${JSON.stringify(rule)}${placeOf(origin)}`,
  rule,
  origin,
})

const placeOf = ({ file, line, layer }: RuleOrigin): string => {
  if (file !== undefined) return ` in ${file}${line === undefined ? '' : `:${line}`}`
  return layer === 'project' ? '' : layer === 'session' ? ', for this session' : `, layer ${layer}`
}

const allowedBy = (found: readonly Finding[]): Judgement => {
  const allows = found.find((each) => each.allows !== undefined)?.allows
  return allows === undefined ? { decision: 'allow', reason: 'it touches nothing' } : judgementOf(allows)
}

function explainBy(rules: readonly CompiledRule[], request: ToolRequest, fallback: Fallback): Explanation {
  const judgement = judgeBy(rules, request, fallback)
  const { rule: decisive } = judgement
  const others = rules.filter(({ rule }) => rule !== decisive)
  return {
    judgement,
    parts: request.accesses
      .flatMap(commandByCommand)
      .map((access) => ({ access, judgement: judgeBy(rules, { ...request, accesses: [access] }, fallback) })),
    next: decisive === undefined ? undefined : judgeBy(others, request, fallback),
  }
}

const nameOf = (fallback: Decision | ((access: Access) => Decision)): string =>
  typeof fallback !== 'function' ? fallback : fallback === byEffect ? 'by-effect' : String(fallback)

function describe({ rules = [], layers = [], mode, commands, default: given = byEffect }: PolicyOptions): string {
  const whole = [mode ?? nameOf(given), ...(commands === undefined ? [] : [`commands ${String(commands)}`])].join(', ')
  const named = LAYERS.flatMap((layer) => layers.filter((each) => each.layer === layer).map((each) => ({ layer, rules: each.rules })))
  return describePolicy(named.length === 0 ? rules : [...named, { layer: 'project', rules }], whole)
}
