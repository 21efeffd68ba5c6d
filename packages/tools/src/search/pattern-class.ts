/** Reads one bracketed class of a regular expression, in the spelling of grep and of JavaScript. */
import { hex, SETS, type Written, writtenSet } from './pattern-sets.ts'

/** What was read, and where the text goes on. */
export type ReadClass = Written & { readonly next: number }

const POSIX: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\t\\n\\v\\f\\r ',
  blank: '\\t ',
  word: 'A-Za-z0-9_',
  xdigit: '0-9A-Fa-f',
  punct: '!-\\/:-@\\[-`\\{-~',
}

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, b: 8, 0: 0 }

type Item = {
  readonly point?: number
  readonly expression: string
  readonly ripgrep: string
  readonly next: number
  readonly isWide?: boolean
}

/** `start` is after the `[`. Throws a SyntaxError when the class does not end. */
export function readClass(source: string, start: number): ReadClass {
  let at = start
  const isNegated = source[at] === '^'
  if (isNegated) at++
  let expression = ''
  let ripgrep = ''
  let isWide = isNegated
  for (let isFirst = true; isFirst || source[at] !== ']'; isFirst = false) {
    const item = readItem(source, at)
    at = item.next
    isWide ||= item.isWide === true
    const end = item.point !== undefined && source[at] === '-' && source[at + 1] !== ']' ? readItem(source, at + 1) : undefined
    if (end?.point !== undefined) {
      at = end.next
      expression += `${item.expression}-${end.expression}`
      ripgrep += `${item.ripgrep}-${end.ripgrep}`
      isWide ||= end.point >= 0xfffd
    } else {
      expression += item.expression
      ripgrep += item.ripgrep
    }
  }
  const sign = isNegated ? '^' : ''
  return { ...writtenSet(`[${sign}${expression}]`, `[${sign}${ripgrep}]`, isWide), next: at + 1 }
}

function readItem(source: string, at: number): Item {
  const posix = /^\[:(\w+):\]/.exec(source.slice(at, at + 12))
  const named = posix?.[1] === undefined ? undefined : POSIX[posix[1]]
  if (posix !== null && named !== undefined)
    return { expression: named, ripgrep: named.replace('\\v', '\\x0B'), next: at + posix[0].length }
  if (source[at] === '\\') return readEscape(source, at + 1)
  const point = source.codePointAt(at)
  if (point === undefined) throw new SyntaxError('a [ has no ]')
  return single(point, at + String.fromCodePoint(point).length)
}

const single = (point: number, next: number): Item => ({ point, expression: hex(point, 'u'), ripgrep: hex(point, 'x'), next })

function readEscape(source: string, at: number): Item {
  const letter = source[at]
  if (letter === undefined) throw new SyntaxError('it ends with a \\')
  const set = SETS[letter]
  if (set !== undefined) return { expression: `\\${letter}`, ripgrep: set.inClass, next: at + 1, isWide: set.isWide }
  const control = CONTROLS[letter]
  if (control !== undefined) return single(control, at + 1)
  const code = /^(?:x([\dA-Fa-f]{2})|u([\dA-Fa-f]{4})|[ux]\{([\dA-Fa-f]+)\})/.exec(source.slice(at, at + 12))
  if (code !== null) return single(Number.parseInt(code[1] ?? code[2] ?? code[3] ?? '', 16), at + code[0].length)
  if (/[A-Za-z1-9]/.test(letter)) throw new SyntaxError(`\\${letter} means nothing inside [ ]`)
  const point = source.codePointAt(at) ?? 0
  return single(point, at + String.fromCodePoint(point).length)
}
