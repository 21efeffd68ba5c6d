/** Says of rules that they can decide nothing, and which others are in their way. */
import { checkRules, type PlacedRule, type RuleFinding, type RuleLayer } from '@seamfold/core'
import { originWords } from './judgement.ts'
import type { Style } from './style.ts'
import { plural, visibleLine } from './text.ts'

export const findingLines = (finding: RuleFinding, { colors }: Style): readonly string[] => {
  const { severity, message, by } = finding
  const paint = severity === 'error' ? colors.red : colors.yellow
  return [
    `${placeWords(finding)}: ${paint(severity)}: ${visibleLine(JSON.stringify(finding.rule))} can decide nothing: ${message}`,
    ...(by === undefined ? [] : [`  ${placeWords(by)}: ${visibleLine(JSON.stringify(by.rule))}`]),
  ]
}

/** In one line, for whoever starts a run; undefined where every rule can decide something. */
export function idleRulesWords(layers: readonly RuleLayer[]): string | undefined {
  const [first, ...more] = checkRules(layers)
  if (first === undefined) return undefined
  const by = first.by === undefined ? '' : ` (${placeWords(first.by)})`
  const others = more.length === 0 ? '' : ` ${plural(more.length, 'other')} likewise.`
  return `${placeWords(first)}: ${visibleLine(JSON.stringify(first.rule))} can decide nothing: ${first.message}${by}.${others} See 'seamfold policy check'`
}

const placeWords = ({ layer, file, line, index }: PlacedRule): string =>
  file === undefined ? `rule ${index + 1} of the layer '${layer}'` : originWords({ file, ...(line === undefined ? {} : { line }) })
