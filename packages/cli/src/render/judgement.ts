/** Says a judgement: what was decided, by which rule, and where that stands. */
import type { DecidingRule, Decision, Judgement, RuleOrigin } from '@seamfold/core'
import { visibleLine } from './text.ts'
import type { Style } from './style.ts'

/** A decision as a word with its colour. */
export function decisionWord(decision: Decision, { colors }: Style): string {
  return decision === 'allow' ? colors.green('allow') : decision === 'ask' ? colors.yellow('ask') : colors.red('deny')
}

/** `project, /w/seamfold.config.json:4`. */
export const originWords = ({ layer, file, line }: Partial<RuleOrigin>): string =>
  [
    ...(layer === undefined ? [] : [layer]),
    ...(file === undefined ? [] : [visibleLine(line === undefined ? file : `${file}:${line}`)]),
  ].join(', ')

/** The rule with its place, or the reason where it was none. */
export const causeWords = ({ rule, origin, reason }: Omit<Judgement, 'decision'>): string =>
  rule === undefined ? visibleLine(reason) : `${visibleLine(JSON.stringify(rule))} (${originWords(origin ?? {})})`

/** The same of what a journal has. */
export const recordedCause = ({ rule, reason = '' }: { readonly rule?: DecidingRule; readonly reason?: string }): string =>
  rule === undefined ? visibleLine(reason) : `${visibleLine(JSON.stringify(rule.rule))} (${originWords(rule)})`
