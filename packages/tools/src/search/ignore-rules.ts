/** One ignore file as rules: the patterns of gitignore, read the way that ripgrep reads them. */

type Rule = { readonly matches: (path: string) => boolean; readonly onlyDirectories: boolean; readonly verdict: Verdict }

/** What a rule says of a path. */
export type Verdict = 'ignored' | 'kept'

/** Rules of one file; the last that matches decides. */
export interface IgnoreRules {
  /** `path` is relative to the directory of the ignore file. `undefined`: no rule matches. */
  verdict(path: string, isDirectory: boolean): Verdict | undefined
}

export function parseIgnoreRules(text: string): IgnoreRules {
  const rules = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map(parseLine)
    .filter((rule) => rule !== undefined)
    .toReversed()
  return {
    verdict: (path, isDirectory) => {
      const bytes = byteText(path)
      return rules.find((rule) => (isDirectory || !rule.onlyDirectories) && rule.matches(bytes))?.verdict
    },
  }
}

/** One character per byte: `?` and classes of ignore files mean bytes. */
const byteText = (text: string): string => (/^[\0-\x7F]*$/.test(text) ? text : Buffer.from(text).toString('latin1'))

function parseLine(raw: string): Rule | undefined {
  if (raw.startsWith('#')) return undefined
  let line = raw.endsWith('\\ ') ? raw : raw.trimEnd()
  if (line === '') return undefined
  let verdict: Verdict = 'ignored'
  let isAnchored = false
  if (line.startsWith('\\!') || line.startsWith('\\#')) {
    line = line.slice(1)
    isAnchored = line.startsWith('/')
  } else {
    if (line.startsWith('!')) {
      verdict = 'kept'
      line = line.slice(1)
    }
    if (line.startsWith('/')) {
      isAnchored = true
      line = line.slice(1)
    }
  }
  const onlyDirectories = line.endsWith('/')
  if (onlyDirectories) line = line.slice(0, -1).replace(/\\$/, '')
  if (line === '') return undefined // a lone slash, escaped or not, matches nothing
  if (!isAnchored && !line.includes('/') && !line.startsWith('**/')) line = `**/${line}`
  if (line.endsWith('/**')) line = `${line}/*`
  const matches = matcher(byteText(line))
  return matches && { matches, onlyDirectories, verdict }
}

/** Most patterns are a plain name or an ending: those need no regular expression. */
function matcher(glob: string): ((path: string) => boolean) | undefined {
  if (/^(?:\*\*\/)*\*\*\/?$/.test(glob)) return () => true
  const name = /^\*\*\/([^*?[\]{}\\/]+)$/.exec(glob)?.[1]
  if (name !== undefined) return (path) => path === name || (path.endsWith(name) && path[path.length - name.length - 1] === '/')
  const ending = /^\*\*\/\*(\.[^*?[\]{}\\/]+)$/.exec(glob)?.[1]
  if (ending !== undefined) return (path) => path.endsWith(ending)
  const expression = globExpression(glob)
  return expression && ((path) => expression.test(path))
}

/** A whole-path expression; `undefined` when the pattern is malformed, and then it is skipped. */
function globExpression(glob: string): RegExp | undefined {
  let source = ''
  let depth = 0
  for (let at = 0; at < glob.length;) {
    const piece = nextPiece(glob, at, depth)
    if (piece === undefined) return undefined
    source += piece.source
    depth += piece.depth ?? 0
    at = piece.next
  }
  if (depth !== 0) return undefined
  try {
    return new RegExp(`^${source}$`, 'su')
  } catch {
    // No pattern, e.g. a range that runs backwards.
    return undefined
  }
}

type Piece = { readonly source: string; readonly next: number; readonly depth?: number }

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

function nextPiece(glob: string, at: number, depth: number): Piece | undefined {
  const character = String.fromCodePoint(glob.codePointAt(at) ?? 0)
  const next = at + character.length
  switch (character) {
    case '\\':
      return escaped(glob, next)
    case '?':
      return { source: '[^/]', next }
    case '*':
      return stars(glob, at)
    case '[':
      return characterClass(glob, next)
    case '{':
      return { source: '(?:', next, depth: 1 }
    case '}':
      return depth > 0 ? { source: ')', next, depth: -1 } : undefined
    case ',':
      return { source: depth > 0 ? '|' : ',', next }
    default:
      return { source: literal(character), next }
  }
}

function escaped(glob: string, at: number): Piece | undefined {
  const point = glob.codePointAt(at)
  if (point === undefined) return undefined
  const character = String.fromCodePoint(point)
  return { source: literal(character), next: at + character.length }
}

function stars(glob: string, at: number): Piece {
  const before = glob[at - 1]
  const isPair = glob[at + 1] === '*'
  const after = glob[at + 2]
  if (isPair && (before === undefined || before === '/') && (after === undefined || after === '/')) {
    // The slash before a middle or last `**` is already written: it belongs to what `**` stands for.
    if (before === undefined) return { source: after === '/' ? '(?:.*/)?' : '.*', next: at + (after === '/' ? 3 : 2) }
    return after === '/' ? { source: '(?:.*/)?', next: at + 3 } : { source: '.*', next: at + 2 }
  }
  return { source: '[^/]*', next: at + 1 }
}

function characterClass(glob: string, start: number): Piece | undefined {
  let at = start
  const isNegated = glob[at] === '!' || glob[at] === '^'
  if (isNegated) at++
  let items = ''
  for (let isFirst = true; ; isFirst = false) {
    const point = glob.codePointAt(at)
    if (point === undefined) return undefined
    const character = String.fromCodePoint(point)
    at += character.length
    if (character === ']' && !isFirst) break
    const isRange = character === '-' && !isFirst && glob[at] !== ']'
    items += isRange ? '-' : `\\u{${point.toString(16)}}`
  }
  return { source: `[${isNegated ? '^' : ''}${items}]`, next: at }
}
