/** Small changes of a line of code that undo common mistakes. */
import { codeLines, functionsOf } from './source.ts'

export type PatternKind = 'boundary' | 'offset' | 'operator' | 'logic' | 'rounding' | 'default'

export type Candidate = {
  readonly path: string
  /** From 0. */
  readonly line: number
  readonly before: string
  readonly after: string
  readonly kind: PatternKind
  /** What may be wrong, in words. */
  readonly why: string
  /** The function that the line is in; empty outside of any. */
  readonly inFunction: string
}

type Pattern = {
  readonly kind: PatternKind
  readonly find: RegExp
  readonly to: (found: string) => readonly string[]
  readonly why: (from: string, to: string) => string
}

const swap =
  (pairs: Readonly<Record<string, string | readonly string[]>>): Pattern['to'] =>
  (found) =>
    [pairs[found] ?? []].flat()

const instead = (from: string, to: string): string => `\`${from.trim()}\` may have to be \`${to.trim()}\``

const patterns: readonly Pattern[] = [
  {
    kind: 'boundary',
    find: /(?<=\s)(?:<=|>=|<|>)(?=\s)/g,
    to: swap({ '<': '<=', '<=': '<', '>': '>=', '>=': '>' }),
    why: (from) =>
      from.includes('=')
        ? `\`${from}\` lets the case through in which both sides are equal`
        : `\`${from}\` leaves out the case in which both sides are equal`,
  },
  { kind: 'offset', find: /(?<=[\w)\]]) [-+] 1\b(?!\.)/g, to: () => [''], why: (from) => `\`${from.trim()}\` may be one step too far` },
  {
    kind: 'offset',
    find: /(?<=\b(?:let|var) \w+ = )[01]\b/g,
    to: swap({ '0': '1', '1': '0' }),
    why: (from) => `counting may have to begin elsewhere than at ${from}`,
  },
  {
    kind: 'offset',
    find: /(?<=\.slice\()[01]\b/g,
    to: swap({ '0': '1', '1': '0' }),
    why: (from) => `the slice may have to begin elsewhere than at ${from}`,
  },
  {
    kind: 'offset',
    find: /\b(?:page|index|position|number|n)(?= \* )/g,
    to: (found) => [`(${found} - 1)`],
    why: (from) => `\`${from}\` seems to count from 1, but is used as if from 0`,
  },
  {
    kind: 'offset',
    find: /\.length(?=[;,)\]]| *$)/g,
    to: (found) => [`${found} - 1`],
    why: () => 'the last position is one before the length',
  },
  {
    kind: 'operator',
    find: /(?<=[\w)\]'"`] )(?:[-+*/]|\+=|-=)(?= [\w(['"`])/g,
    to: swap({ '+': ['-', '*'], '-': ['+', '/'], '*': ['/', '+'], '/': ['*', '-'], '+=': '-=', '-=': '+=' }),
    why: instead,
  },
  { kind: 'operator', find: /\bMath\.(?:min|max)\b/g, to: swap({ 'Math.min': 'Math.max', 'Math.max': 'Math.min' }), why: instead },
  {
    kind: 'logic',
    find: /(?<=\s)(?:&&|\|\||===|!==|==|!=)(?=\s)/g,
    to: swap({ '&&': '||', '||': ['&&', '??'], '===': '!==', '!==': '===', '==': '!=', '!=': '==' }),
    why: instead,
  },
  { kind: 'logic', find: /(?<=[(\s])!(?=[\w(])/g, to: () => [''], why: () => 'the condition may be the wrong way round' },
  {
    kind: 'rounding',
    find: /\bMath\.(?:floor|ceil|round|trunc)\b/g,
    to: swap({
      'Math.floor': ['Math.ceil', 'Math.round'],
      'Math.ceil': ['Math.floor', 'Math.round'],
      'Math.round': ['Math.floor', 'Math.ceil'],
      'Math.trunc': ['Math.round'],
    }),
    why: instead,
  },
  {
    kind: 'default',
    find: /(?<=function\*? \w+\((?:[^()]*, )?)(?:\w+|\{[^{}=]*\})(?=\) \{)/g,
    to: (found) => (found.startsWith('{') ? [`${found} = {}`] : [`${found} = {}`, `${found} = []`, `${found} = 0`, `${found} = ''`]),
    why: (from, to) => `\`${from}\` may be left out by the caller and has no default; \`${to}\` gives it one`,
  },
  {
    kind: 'default',
    find: /(?<=\.reduce\(\([^()]*\) => [^(),]+)\)$/g,
    to: () => [', 0)'],
    why: () => '`reduce` has no value to begin with, so an empty list fails',
  },
]

/** In the head of a loop and where it counts on, only what cannot make it endless. */
function patternsFor(code: string): readonly Pattern[] {
  if (/^\s*(?:for|while)\b/.test(code)) return patterns.filter(({ kind }) => kind === 'boundary' || kind === 'offset')
  return /\b(\w+) = \1 [-+] 1\b|[-+]= 1\b/.test(code) ? [] : patterns
}

/** Every candidate of a file, in reading order, the patterns in turn on each line. */
export function candidatesOf(path: string, source: string): readonly Candidate[] {
  const lines = source.split('\n')
  const functions = functionsOf(source)
  return codeLines(source).flatMap((code, line) => {
    if (/^\s*(?:import|export \{|export \*)/.test(code)) return []
    const before = lines[line] ?? ''
    const inFunction = functions.findLast(({ first, last }) => first <= line && line <= last)?.name ?? ''
    return patternsFor(code).flatMap(({ kind, find, to, why }) =>
      [...code.matchAll(find)].flatMap((match) =>
        to(match[0]).map((replacement): Candidate => {
          const after = before.slice(0, match.index) + replacement + before.slice(match.index + match[0].length)
          return { path, line, before, after, kind, why: why(match[0], replacement), inFunction }
        }),
      ),
    )
  })
}
