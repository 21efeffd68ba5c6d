/** One word of a simple command: what it is for certain, and how it is written where a policy reads it. */

/**
 * `text` is the word as one token without spaces outside of single quotes: what is certain is plain or single-quoted, what is only
 * known when it runs stands bare (`$x`, `"$x"`, `$(…)`, `*`, `{a,b}`, `~/x`).
 */
export type ShellWord = {
  readonly text: string
  /** The word itself, when it is certain. */
  readonly value: string | undefined
  /** How it begins for certain. */
  readonly prefix: string
  /** It may become several words, or none. */
  readonly splits: boolean
}

const PLAIN = /^(?:[A-Za-z0-9_./:@%+,=^-][A-Za-z0-9_./:@%+,=^~-]*|\[|\]|\{\})$/

export const quoted = (value: string): string => (PLAIN.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`)

export const certainWord = (value: string): ShellWord => ({ text: quoted(value), value, prefix: value, splits: false })

/** Any words, or none: what `xargs` and the arguments of a function add. */
export const ANY_WORDS: ShellWord = { text: '"$@"', value: undefined, prefix: '', splits: true }

/** Exactly one word that nobody knows yet: what stands for `{}`. */
export const ANY_WORD: ShellWord = { text: '"$_"', value: undefined, prefix: '', splits: false }

export const commandText = (words: readonly ShellWord[]): string => words.map(({ text }) => text).join(' ')

/** Read what `commandText` wrote. */
export const readCommand = (text: string): readonly ShellWord[] =>
  [...text.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)].map(([token]) => readWord(token))

function readWord(token: string): ShellWord {
  if (PLAIN.test(token)) return { text: token, value: token, prefix: token, splits: false }
  if (token.startsWith('~')) return { text: token, value: undefined, prefix: '~', splits: false }
  // A substituted file: its name begins like this.
  let prefix = /^[<>]\(/.test(token) ? '/dev/fd/' : ''
  for (const [piece, single, escaped] of token.matchAll(/'([^']*)'|\\(.)|"[^"]*"|[^'"\\]/g)) {
    const certain = single ?? escaped ?? (/^[$`*?[{<>"]/.test(piece) ? undefined : piece)
    if (certain === undefined) return { text: token, value: undefined, prefix, splits: splitsApart(token) }
    prefix += certain
  }
  return { text: token, value: prefix, prefix, splits: false }
}

function splitsApart(token: string): boolean {
  const bare = token.replaceAll(/'[^']*'/g, '')
  return /[$`*?[{]/.test(bare.replaceAll(/"[^"]*"/g, '')) || /"[^"]*@[^"]*"/.test(bare)
}

/** The path that a word names, when it is certain but for whose home `~` is. */
export function pathOf({ text, value }: ShellWord): string | undefined {
  if (value !== undefined || !text.startsWith('~')) return value
  const rest = text === '~' ? '' : readWord(text.slice(1)).value
  return rest === undefined ? undefined : `~${rest}`
}

/** A word in which something unknown takes the place of a mark. */
export function withMark(word: ShellWord, mark: string): ShellWord {
  const at = mark === '' ? -1 : (word.value?.indexOf(mark) ?? -1)
  if (at < 0) return word
  const prefix = word.value?.slice(0, at) ?? ''
  return { text: `${prefix === '' ? '' : quoted(prefix)}"$_"`, value: undefined, prefix, splits: false }
}
