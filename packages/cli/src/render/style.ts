/** How output looks here: colours or none, how wide, and which signs the terminal can show. */
import { createColors } from 'picocolors'

type Colors = ReturnType<typeof createColors>

/** The signs that lines start with. */
export type Signs = {
  readonly done: string
  readonly failed: string
  readonly warning: string
  readonly waiting: string
  readonly denied: string
  readonly retry: string
  readonly prompt: string
  readonly thought: string
  readonly bar: string
  readonly dot: string
  readonly minus: string
  readonly ellipsis: string
  readonly rule: string
}

export type Style = {
  readonly colors: Colors
  /** Columns that a line may fill. */
  readonly width: number
  readonly signs: Signs
}

const UNICODE: Signs = {
  done: '✓',
  failed: '✗',
  warning: '!',
  waiting: '⏸',
  denied: '⊘',
  retry: '↻',
  prompt: '›',
  thought: '┊',
  bar: '│',
  dot: '·',
  minus: '−',
  ellipsis: '…',
  rule: '─',
}

const ASCII: Signs = {
  done: '+',
  failed: 'x',
  warning: '!',
  waiting: '=',
  denied: '-',
  retry: '~',
  prompt: '>',
  thought: ':',
  bar: '|',
  dot: '-',
  minus: '-',
  ellipsis: '...',
  rule: '-',
}

export type StyleOptions = {
  /** Default: false. */
  readonly color?: boolean
  /** Columns. Default: 80. Lines never fill more than 110, where prose is still easy to read. */
  readonly columns?: number
  /** Default: true. */
  readonly unicode?: boolean
}

export function createStyle({ color = false, columns = 80, unicode = true }: StyleOptions = {}): Style {
  return { colors: createColors(color), width: Math.max(20, Math.min(columns, 110)), signs: unicode ? UNICODE : ASCII }
}

type Environment = Readonly<Record<string, string | undefined>>

/** Whether to colour: NO_COLOR says no, FORCE_COLOR says yes, else a terminal that can. */
export function wantsColor(environment: Environment, isTerminal: boolean): boolean {
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== '') return false
  const forced = environment.FORCE_COLOR
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return isTerminal && environment.TERM !== 'dumb'
}

/** Whether the terminal's locale can show more than ASCII. A locale that says nothing is trusted. */
export function wantsUnicode(environment: Environment): boolean {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || ''
  if (environment.TERM === 'linux') return false
  return locale === '' || /utf-?8/i.test(locale) || !/^(C|POSIX)$|8859|ascii/i.test(locale)
}
