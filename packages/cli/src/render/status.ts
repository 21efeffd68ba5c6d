/** The one line that says what is going on right now, while nothing else can be printed. */
import { describeCall } from './call.ts'
import { openCalls } from './calls.ts'
import { cut, cutStart, plural, visibleLine } from './text.ts'
import type { Style } from './style.ts'
import type { Transcript } from './transcript.ts'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const
const ASCII_FRAMES = ['|', '/', '-', '\\'] as const
const FRAME_MS = 100

export type StatusOptions = {
  readonly style: Style
  /** Milliseconds of the same clock. */
  readonly since: number
  readonly now: number
  /** What a person is typing meanwhile. */
  readonly typed?: string
}

/** What runs now and for how long, or what is being typed. */
export function statusLine({ calls }: Transcript, { style, since, now, typed = '' }: StatusOptions): string {
  const { colors, signs, width } = style
  const frames = signs.done === '✓' ? FRAMES : ASCII_FRAMES
  const frame = frames[Math.floor(now / FRAME_MS) % frames.length] ?? ''
  if (typed !== '')
    return `  ${colors.cyan(frame)} ${colors.cyan(signs.prompt)} ${cutStart(visibleLine(typed), width - 8, signs.ellipsis)}${signs.bar}`
  const running = openCalls(calls)
  const [first] = running
  const what =
    first === undefined
      ? 'thinking'
      : running.length === 1
        ? `${visibleLine(first.name)} ${describeCall(first.name, first.args)}`
        : plural(running.length, 'call')
  const seconds = Math.floor((now - since) / 1000)
  const time = seconds < 1 ? '' : `  ${seconds} s`
  return `  ${colors.cyan(frame)} ${colors.dim(cut(what, width - 6 - time.length, signs.ellipsis) + time)}`
}
