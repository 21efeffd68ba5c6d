/** What a failing assertion suggests: which kinds of mistake to think of first. */
import type { PatternKind } from './bug-patterns.ts'
import type { TestFailure } from './test-report.ts'

const isNumber = (text: string): boolean => /^-?\d+(?:\.\d+)?$/.test(text)

const items = (text: string): number => text.split(',').length

const missing = /undefined|null|NaN|not iterable|Reduce of empty/

/** Kinds of mistake, the likeliest first. */
export function likelyKinds({ actual, expected, message }: TestFailure): readonly PatternKind[] {
  if (message.startsWith('TypeError') || missing.test(actual) || missing.test(message))
    return ['default', 'logic', 'offset', 'boundary', 'operator', 'rounding']
  if (/^(?:true|false)$/.test(actual) && /^(?:true|false)$/.test(expected))
    return ['boundary', 'logic', 'offset', 'operator', 'rounding', 'default']
  if (isNumber(actual) && isNumber(expected)) {
    const difference = Math.abs(Number(actual) - Number(expected))
    if (difference < 1) return ['rounding', 'operator', 'offset', 'boundary', 'logic', 'default']
    if (difference === 1) return ['boundary', 'offset', 'rounding', 'operator', 'logic', 'default']
    return ['operator', 'boundary', 'offset', 'rounding', 'logic', 'default']
  }
  if (actual.startsWith('[') && items(actual) !== items(expected)) return ['boundary', 'offset', 'logic', 'operator', 'rounding', 'default']
  return ['boundary', 'offset', 'operator', 'logic', 'rounding', 'default']
}
