/** Makes a shell word of a word of the grammar. */
import type { Assignment, Word, WordPart } from 'unbash'
import { certainWord, quoted, type ShellWord } from './shell-word.ts'

export function wordOf(word: Word): ShellWord {
  const parts = word.parts
  if (parts === undefined) return word.text.startsWith('~') ? tilde(word.value) : certainWord(word.value)
  const pieces = parts.map((part) => piece(part, false))
  if (word.text.startsWith('~') && pieces[0]) pieces[0] = { ...tilde(pieces[0].value ?? ''), text: pieces[0].text }
  return joined(pieces)
}

/** An assignment that is an argument, e.g. of `export`. */
export function wordOfAssignment({ text, value }: Assignment): ShellWord {
  if (value.type === 'ArrayValue')
    return { text: `${text.slice(0, text.indexOf('=') + 1)}"(…)"`, value: undefined, prefix: '', splits: false }
  return joined([certainWord(text.slice(0, text.length - value.text.length)), { ...wordOf(value), splits: false }])
}

/** Whose home it is depends on who runs it. */
const tilde = (value: string): ShellWord => ({ text: `~${quotedRest(value.slice(1))}`, value: undefined, prefix: value, splits: false })

const quotedRest = (rest: string): string => (rest === '' ? '' : quoted(rest))

function joined(pieces: readonly ShellWord[]): ShellWord {
  if (pieces.every(({ value }) => value !== undefined)) return certainWord(pieces.map(({ value }) => value).join(''))
  let prefix = ''
  for (const one of pieces) {
    prefix += one.prefix
    if (one.value === undefined) break
  }
  return {
    text: pieces.map((one) => (one.value === '' ? '' : one.text)).join(''),
    value: undefined,
    prefix,
    splits: pieces.some(({ splits }) => splits),
  }
}

function piece(part: WordPart, inQuotes: boolean): ShellWord {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return certainWord(part.value)
    case 'DoubleQuoted':
      return joined(part.parts.map((inner) => piece(inner, true)))
    case 'SimpleExpansion':
    case 'ParameterExpansion':
      return expansion(/^\$\{?[\w@*#?!$-]+\}?$/.test(part.text) ? part.text : '$x', inQuotes, /^\$(?:@|\{[^}]*@)/.test(part.text))
    case 'CommandExpansion':
      return expansion('$(…)', inQuotes, false)
    case 'ArithmeticExpansion':
      return expansion('$((…))', inQuotes, false)
    case 'Glob':
    case 'BraceExpansion':
      return { text: /^[^\s'"$`\\]+$/.test(part.text) ? part.text : '*', value: undefined, prefix: '', splits: true }
    case 'ProcessSubstitution':
      return { text: `${part.operator}(…)`, value: undefined, prefix: '/dev/fd/', splits: false }
    case 'ExtendedGlob':
    case 'LocaleString':
      return { text: '*', value: undefined, prefix: '', splits: true }
  }
}

const expansion = (text: string, inQuotes: boolean, many: boolean): ShellWord => ({
  text: inQuotes ? `"${text}"` : text,
  value: undefined,
  prefix: '',
  splits: !inQuotes || many,
})
