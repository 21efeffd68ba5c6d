/** Compares simple commands with patterns, word by word. */

/** `value` is undefined where only running it tells what the word is. */
type Word = { readonly text: string; readonly value: string | undefined }

const TOKEN = /(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g
const PIECE = /'([^']*)'|\\(.)|"[^"]*"|[^'"\\$`*?[{<>]+|[^'"\\]/g

/** What looks like a pattern and is none. */
const BARE = /^(?:\[|\]|\{\})$/

function wordsOf(command: string): readonly Word[] {
  return [...command.matchAll(TOKEN)].map(([text]) => {
    if (BARE.test(text)) return { text, value: text }
    if (text.startsWith('~')) return { text, value: undefined }
    let value = ''
    for (const [piece, single, escaped] of text.matchAll(PIECE)) {
      const certain = single ?? escaped ?? (/^[$`*?[{<>"]/.test(piece) ? undefined : piece)
      if (certain === undefined) return { text, value: undefined }
      value += certain
    }
    return { text, value }
  })
}

const same = (a: Word | undefined, b: Word | undefined): boolean =>
  a !== undefined && b !== undefined && (a.value === undefined ? a.text === b.text : a.value === b.value)

/** A pattern taken apart. `more`: any further words may follow. */
export type CommandPattern = { readonly words: readonly Word[]; readonly more: boolean }

export function readPattern(pattern: string): CommandPattern {
  const words = wordsOf(pattern)
  const more = words.at(-1)?.text === '*'
  return { words: more ? words.slice(0, -1) : words, more }
}

/** The program of a command, where it stands bare. Most rules are about another one, which needs no look at the words. */
const bareProgram = (command: string): string | undefined => /^[\w./:@%+,=^-]+(?= |$)/.exec(command)?.[0]

/** Whether a command is for certain what a pattern names. */
export function isCommand({ words, more }: CommandPattern, command: string): boolean {
  const bare = words[0]?.value === undefined ? undefined : bareProgram(command)
  if (bare !== undefined && bare !== words[0]?.value) return false
  const given = wordsOf(command)
  return (more ? given.length >= words.length : given.length === words.length) && words.every((word, index) => same(word, given[index]))
}

/**
 * Whether a command may be what a pattern names: wherever its program lies, with options between the words, and whatever a word
 * that is only known when it runs turns out to be.
 */
export function couldBe({ words, more }: CommandPattern, command: string): boolean {
  const bare = words[0]?.value === undefined ? undefined : bareProgram(command)
  if (bare !== undefined && bare !== words[0]?.value && !bare.endsWith(`/${words[0]?.value ?? ''}`)) return false
  const [program, ...given] = wordsOf(command)
  if (program === undefined) return false
  const named = program.value?.slice(program.value.lastIndexOf('/') + 1)
  if (words.length === 0) return more
  if (program.value !== undefined && !same(words[0], program) && words[0]?.value !== named) return false
  let at = 0
  for (const word of words.slice(1)) {
    for (let option = false; !same(word, given[at]); at++) {
      const next = given[at]
      if (next === undefined) return false
      if (next.value === undefined) return true
      const isOption = next.value.startsWith('-')
      if (!isOption && !option) return false
      option = isOption
    }
    at++
  }
  return more || at === given.length || given.slice(at).some(({ value }) => value === undefined)
}

/** Whether the program of a pattern occurs in a line that could not be taken apart. */
export function mentions({ words }: CommandPattern, line: string): boolean {
  const first = words[0]
  return first === undefined || line.includes(first.value ?? first.text)
}
