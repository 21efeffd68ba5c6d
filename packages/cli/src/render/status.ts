/** The one line that says what is going on right now, while nothing else can be printed. */
import { describeCall } from './call.ts'
import { openCalls } from './calls.ts'
import { cut, plural, visibleLine } from './text.ts'
import type { Style } from './style.ts'
import type { Transcript } from './transcript.ts'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const
const ASCII_FRAMES = ['|', '/', '-', '\\'] as const
const FRAME_MS = 100

/** What runs now and for how long. `since` and `now` are milliseconds of the same clock. */
export function statusLine(
  { calls }: Transcript,
  { style, since, now }: { readonly style: Style; readonly since: number; readonly now: number },
): string {
  const { colors, signs, width } = style
  const frames = signs.done === '✓' ? FRAMES : ASCII_FRAMES
  const frame = frames[Math.floor(now / FRAME_MS) % frames.length] ?? ''
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
