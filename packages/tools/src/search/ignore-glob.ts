/** Reads a glob of an ignore file, in which a unit is a byte, so that matching takes time in proportion to the path. */
import { type Accepts, type PatternMachine, patternMachine } from '@seamfold/core/kit'

const SLASH = 47
const any: Accepts = () => true
const inSegment: Accepts = (unit) => unit !== SLASH
const literal =
  (unit: number): Accepts =>
  (given) =>
    given === unit

/** `undefined` when the pattern is malformed, and then it is skipped. */
export function ignoreGlob(glob: string): PatternMachine | undefined {
  const machine = patternMachine()
  let depth = 0
  for (let at = 0; at < glob.length;) {
    const unit = glob.charCodeAt(at)
    const character = glob[at] ?? ''
    if (character === '*') {
      at = stars(glob, at, machine)
      continue
    }
    at++
    if (character === '\\') {
      if (at === glob.length) return undefined
      machine.one(literal(glob.charCodeAt(at++)))
    } else if (character === '?') machine.one(inSegment)
    else if (character === '[') {
      const found = characterClass(glob, at)
      if (found === undefined) return undefined
      machine.one(found.accepts)
      at = found.next
    } else if (character === '{') {
      depth++
      machine.open()
    } else if (character === '}') {
      if (depth-- === 0) return undefined
      machine.close()
    } else if (character === ',' && depth > 0) machine.or()
    else machine.one(literal(unit))
  }
  return depth === 0 ? machine : undefined
}

/** Where the glob goes on. */
function stars(glob: string, at: number, machine: PatternMachine): number {
  const before = glob[at - 1]
  const after = glob[at + 2]
  if (glob[at + 1] !== '*' || (before !== undefined && before !== '/') || (after !== undefined && after !== '/')) {
    machine.many(inSegment)
    return at + 1
  }
  if (after === undefined) {
    machine.many(any)
    return at + 2
  }
  // Nothing, or whatever ends in a slash.
  machine.open()
  machine.many(any)
  machine.one(literal(SLASH))
  machine.or()
  machine.close()
  return at + 3
}

/** A class in brackets; `undefined` when it has no end, or a range that runs backwards. */
function characterClass(glob: string, start: number): { readonly accepts: Accepts; readonly next: number } | undefined {
  const isNegated = glob[start] === '!' || glob[start] === '^'
  const first = isNegated ? start + 1 : start
  const ranges: { from: number; to: number }[] = []
  let inRange = false
  for (let at = first; at < glob.length; at++) {
    const character = glob[at]
    const unit = glob.charCodeAt(at)
    if (character === ']' && at > first) {
      if (inRange) ranges.push({ from: 45, to: 45 })
      const accepts = (given: number): boolean => ranges.some(({ from, to }) => from <= given && given <= to) !== isNegated
      return { accepts, next: at + 1 }
    }
    const last = ranges.at(-1)
    if (inRange && last !== undefined) {
      if (unit < last.from) return undefined
      last.to = unit
      inRange = false
    } else if (character === '-' && at > first) inRange = true
    else ranges.push({ from: unit, to: unit })
  }
  return undefined
}
