/** Finds rules that can decide nothing: because they can match nothing, or because others decide before them. */
import { hostMatches, nameTest } from './compiled-rule.ts'
import { readPattern } from './command-pattern.ts'
import { globMatcher } from './glob.ts'
import { LAYERS } from './policy.ts'
import { timeoutOf } from './rule-timeout.ts'
import type { Decision, PolicyLayer, Rule, RuleLayer, RuleMatch, RuleOrigin } from './permission-policy.ts'

/** A rule with its place: `index` counts from 0 within its layer's rules. */
export type PlacedRule = RuleOrigin & { readonly rule: Rule; readonly index: number }

/**
 * What is wrong with a rule. `impossible`: it asks for two things that no call is at once. `contradicted`: the same layer says the
 * opposite of the same calls. `unreachable`: another rule decides whatever it would. `repeated`: another rule says as much already.
 */
export type RuleFinding = PlacedRule & {
  readonly problem: 'impossible' | 'contradicted' | 'unreachable' | 'repeated'
  /** An error is a rule that somebody cannot have meant; a warning may be on purpose. */
  readonly severity: 'error' | 'warning'
  /** The rule that is in its way. */
  readonly by?: PlacedRule
  /** In words, without the places. */
  readonly message: string
}

type Known = PlacedRule & { readonly decision: Decision; readonly match: RuleMatch; readonly rank: number }

/** The rules of layers that can decide nothing, in the order in which they are written. The rules must be ones that `policy()` takes. */
export function checkRules(layers: readonly RuleLayer[]): readonly RuleFinding[] {
  const all = layers.flatMap(({ layer, rules, file, lines }) => rules.map((rule, index) => known(rule, index, { layer, file, lines })))
  return all.flatMap((rule, at) => {
    const why = contradiction(rule.match)
    if (why !== undefined) return finding(rule, { problem: 'impossible', message: why })
    const others = all.filter((other, place) => place !== at && contradiction(other.match) === undefined)
    const shadow = others.find((other) => hides(other, rule))
    if (shadow !== undefined) return shadowed(rule, shadow)
    const same = all.find((other, place) => place !== at && repeats(other, rule, place < at))
    return same === undefined ? [] : finding(rule, { problem: 'repeated', message: 'another rule says as much already', by: same })
  })
}

type Source = { readonly layer: PolicyLayer; readonly file: string | undefined; readonly lines: RuleLayer['lines'] }

function known(rule: Rule, index: number, { layer, file, lines }: Source): Known {
  const [decision, match] =
    'deny' in rule ? (['deny', rule.deny] as const) : 'ask' in rule ? (['ask', rule.ask] as const) : (['allow', rule.allow] as const)
  const line = lines?.[index]
  const place = { layer, ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) }
  return { rule, index, ...place, decision, match, rank: LAYERS.indexOf(layer) }
}

const placed = ({ rule, index, layer, file, line }: Known): PlacedRule => ({
  rule,
  index,
  layer,
  ...(file === undefined ? {} : { file }),
  ...(line === undefined ? {} : { line }),
})

function finding(rule: Known, { problem, message, by }: Pick<RuleFinding, 'problem' | 'message'> & { readonly by?: Known }): RuleFinding {
  const severity = problem === 'impossible' || problem === 'contradicted' ? 'error' : 'warning'
  return { ...placed(rule), problem, severity, message, ...(by && { by: placed(by) }) }
}

/** The rule of two that say the opposite of the same calls in one layer is told with the other. */
function shadowed(rule: Known, by: Known): RuleFinding {
  const opposite = rule.rank === by.rank && covers(rule.match, by.match)
  return opposite
    ? finding(rule, { problem: 'contradicted', message: `another rule of the layer says ${by.decision} of the same calls`, by })
    : finding(rule, { problem: 'unreachable', message: `another rule says ${by.decision} of all that it is about`, by })
}

/** What no call is at once. */
function contradiction({ access, path, command, host, starts, ...rest }: RuleMatch): string | undefined {
  const kinds = [
    ...(path === undefined ? [] : ["'path'"]),
    ...(command === undefined ? [] : ["'command'"]),
    ...(host === undefined ? [] : ["'host'"]),
    ...(starts === undefined ? [] : ["'starts'"]),
  ]
  if (kinds.length > 1) return `nothing that a call touches has ${kinds.join(' and ')} at once`
  const wanted = { path: ['read', 'write'], command: ['exec'], host: ['net'], starts: ['agent'] }
  for (const [key, value] of Object.entries({ path, command, host, starts })) {
    const fitting = wanted[key as keyof typeof wanted]
    if (value !== undefined && access !== undefined && !fitting.includes(access))
      return `'${key}' goes with the access ${fitting.join(' or ')}, never with '${access}'`
  }
  return rest.effect === 'none' && (access === 'write' || access === 'exec') ? `what has the effect 'none' does not ${access}` : undefined
}

/** Whether the first decides, whatever the second would: of all that the second is about. */
function hides(first: Known, second: Known): boolean {
  if (first.decision === second.decision || !covers(first.match, second.match)) return false
  if (first.decision === 'deny') return true
  if (first.decision === 'ask') return second.decision === 'allow' && first.rank >= second.rank
  return second.decision === 'ask' && first.rank > second.rank
}

/** Whether the second says nothing that the first does not say. Of two that say the same it is the later one, or the weaker. */
function repeats(first: Known, second: Known, isEarlier: boolean): boolean {
  if (first.decision !== second.decision || !covers(first.match, second.match)) return false
  // It may wait for less long, or for somebody else to look.
  if (timeoutOf(second.rule) !== undefined && !waitsAlike(first.rule, second.rule)) return false
  if (first.decision !== 'deny' && first.rank < second.rank) return false
  // To allow a command allows what its words name as well.
  if (
    first.decision === 'allow' &&
    second.match.command !== undefined &&
    first.match.command === undefined &&
    first.match.access !== undefined
  )
    return false
  return !covers(second.match, first.match) || first.rank > second.rank || isEarlier
}

/** Whether whatever the second matches is matched by the first as well. When in doubt it is not. */
function covers(first: RuleMatch, second: RuleMatch): boolean {
  return (
    coversName(first.tool, second.tool) &&
    coversName(first.agent, second.agent) &&
    coversName(first.starts, second.starts) &&
    (first.effect === undefined || first.effect === second.effect) &&
    (first.access === undefined || first.access === kindOf(second)) &&
    (first.path === undefined || (second.path !== undefined && coversPath(first.path, second.path))) &&
    (first.command === undefined || (second.command !== undefined && coversCommand(first.command, second.command))) &&
    (first.host === undefined || (second.host !== undefined && hostMatches(first.host, second.host)))
  )
}

const waitsAlike = (a: Rule, b: Rule): boolean => JSON.stringify(timeoutOf(a)) === JSON.stringify(timeoutOf(b))

const kindOf = ({ access, command, host, starts }: RuleMatch): string | undefined =>
  access ?? (command !== undefined ? 'exec' : host !== undefined ? 'net' : starts !== undefined ? 'agent' : undefined)

const coversName = (first: string | undefined, second: string | undefined): boolean =>
  first === undefined || (second !== undefined && nameTest(first)(second))

/** A pattern in which a star stands for several segments is tried with none, with one and with several. */
function coversPath(first: string, second: string): boolean {
  if (first === second) return true
  if (/[{?]/.test(second) || first.startsWith('/') !== second.startsWith('/')) return false
  const matches = globMatcher(first)
  return ['', 'x', 'x/y/z'].every((inside) => matches(second.replaceAll('**/', inside === '' ? '' : `${inside}/`).replaceAll('**', inside)))
}

function coversCommand(first: string, second: string): boolean {
  const [outer, inner] = [readPattern(first), readPattern(second)]
  const begins = outer.words.every(({ text, value }, index) => {
    const word = inner.words[index]
    return word !== undefined && (value === undefined ? text === word.text : value === word.value)
  })
  return begins && (outer.more || (!inner.more && outer.words.length === inner.words.length))
}
