/** Programs that do nothing but run the command in their arguments: it is that command which is judged. */
import type { ShellWord } from './shell-word.ts'

/**
 * Their own options: letters without and with a value, long names without and with one, and how many operands come before the
 * command. An option that is not listed makes the command undecided.
 */
export type Wrapper = {
  readonly flags?: string
  readonly values?: string
  readonly long?: readonly string[]
  readonly longValues?: readonly string[]
  readonly operands?: number
  /** `-10` is an option. */
  readonly numbers?: boolean
}

export const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  timeout: {
    flags: 'fpv',
    values: 'ks',
    long: ['foreground', 'preserve-status', 'verbose'],
    longValues: ['kill-after', 'signal'],
    operands: 1,
  },
  gtimeout: { flags: 'fpv', values: 'ks', long: ['foreground', 'preserve-status'], longValues: ['kill-after', 'signal'], operands: 1 },
  nice: { values: 'n', longValues: ['adjustment'], numbers: true },
  ionice: { flags: 't', values: 'cn', long: ['ignore'], longValues: ['class', 'classdata'] },
  nohup: {},
  setsid: { flags: 'cfw', long: ['ctty', 'fork', 'wait'] },
  stdbuf: { values: 'ioe', longValues: ['input', 'output', 'error'] },
  time: { flags: 'pv', long: ['portability', 'verbose'] },
  caffeinate: { flags: 'disu' },
  builtin: {},
}

const unknown = (words: readonly ShellWord[], at: number): string =>
  `what ${words[at]?.text ?? ''} means to ${words[0]?.text ?? ''} is not known, nor which command it runs`

/** The words of the command that it runs; none when there is none; a reason when that cannot be told. */
export function unwrap(words: readonly ShellWord[], wrapper: Wrapper): readonly ShellWord[] | string {
  const start = afterOptions(words, wrapper)
  if (typeof start === 'string') return start
  const end = start + (wrapper.operands ?? 0)
  const dynamic = words.slice(start, end).findIndex(({ splits }) => splits)
  return dynamic < 0 ? words.slice(end) : unknown(words, start + dynamic)
}

/** The index of the first word that is no option of it. */
export function afterOptions(words: readonly ShellWord[], wrapper: Wrapper): number | string {
  let at = 1
  for (; at < words.length; at++) {
    const word = words[at]
    const value = word?.value
    if (word === undefined) break
    if (value === undefined) {
      if (word.splits || word.prefix === '' || word.prefix.startsWith('-')) return unknown(words, at)
      return at
    }
    if (value === '--') return at + 1
    if (!value.startsWith('-') || value === '-') return at
    const width = optionWidth(value, wrapper)
    if (width === undefined || (width === 2 && words[at + 1]?.splits === true)) return unknown(words, at)
    at += width - 1
  }
  return at
}

/** How many words an option takes; undefined when it is not known. */
function optionWidth(option: string, { flags = '', values = '', long = [], longValues = [], numbers }: Wrapper): 1 | 2 | undefined {
  if (option.startsWith('--')) {
    const [name = ''] = option.slice(2).split('=', 1)
    if (longValues.includes(name)) return option.includes('=') ? 1 : 2
    return long.includes(name) ? 1 : undefined
  }
  if (numbers === true && /^-\d+$/.test(option)) return 1
  for (const [index, letter] of Array.from(option.slice(1)).entries()) {
    if (values.includes(letter)) return index === option.length - 2 ? 2 : 1
    if (!flags.includes(letter)) return undefined
  }
  return 1
}
