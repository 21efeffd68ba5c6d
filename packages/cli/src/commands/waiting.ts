/** Tells what a suspended run waits for, and the commands that give it. */
import type { WaitingFor } from '@seamfold/core/kit'
import { fieldLines, type Verbatim } from '../render/fields.ts'
import { requestExcerpt } from '../render/request.ts'
import type { Places } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { proposedChange } from '../workspace/proposed-change.ts'
import { shortId } from './find-session.ts'
import { hint, quote } from './hint.ts'
import { questionText } from './question.ts'

export type WaitingOptions = {
  readonly places: Places
  readonly terminal: Terminal
  /** Show requests whole, however long they are. Default: false, and where lines are missing the command that shows them stands. */
  readonly whole?: boolean
  /** The command that goes on afterwards. Default: resume the session. */
  readonly next?: string | undefined
}

/** The requests with the commands that answer them, and the one that goes on afterwards. */
export async function waitingLines(
  waiting: readonly WaitingFor[],
  { places, terminal, whole = false, next }: WaitingOptions,
): Promise<readonly string[]> {
  const style = terminal.style()
  const [first, ...others] = waiting
  if (first === undefined) return []
  const session = quote(shortId(first.sessionId))
  const several = others.length > 0
  const lines: string[] = []
  for (const request of waiting) {
    const rest = hint(`answer ${quote(shortId(request.sessionId))}`, places, terminal)
    if (request.kind === 'question') {
      lines.push(...questionText(request, style))
      if (several) lines.push(`    ${style.colors.dim(shortId(request.requestId))}`)
      continue
    }
    const change = await proposedChange(places.workspace, request.toolName, request.args)
    lines.push(...requestExcerpt(request, { style, change, whole, rest }).lines)
    lines.push(...deadlineLines(request, terminal))
    if (several) lines.push(`    ${style.colors.dim(shortId(request.requestId))}`)
  }
  const which = several ? `${quote(shortId(first.requestId))} ` : ''
  const kinds = new Set(waiting.map(({ kind }) => kind))
  const command = (words: string): Verbatim => ({ verbatim: hint(words, places, terminal) })
  const ways = fieldLines(
    [
      ...(kinds.has('confirmation') ? [['Approve', command(`answer ${session} ${which}--approve`)] as const] : []),
      ...(kinds.has('question') ? [['Answer', command(`answer ${session} ${which}--reply "…"`)] as const] : []),
      ...(kinds.has('external_task') ? [['Complete', command(`answer ${session} ${which}--reply "…"`)] as const] : []),
      ['Reject', command(`answer ${session} ${which}--reject --message "…"`)],
      ['Then', { verbatim: next ?? hint(`resume ${session}`, places, terminal) }],
    ],
    style,
  )
  return [...lines, '', ...ways]
}

/** When it is settled without anybody, and how. */
function deadlineLines({ deadline, onDeadline }: WaitingFor, terminal: Terminal): readonly string[] {
  if (deadline === undefined) return []
  const left = deadline - terminal.now()
  const what = onDeadline === 'approve' ? 'approved' : 'rejected'
  const when = left > 0 ? `in ${duration(left)}, if nobody answers` : 'when it is resumed: its time is over'
  return [`    ${terminal.style().colors.yellow(`${what} ${when}`)}`]
}

const duration = (ms: number): string =>
  ms < 120_000 ? `${Math.ceil(ms / 1000)} s` : ms < 7_200_000 ? `${Math.ceil(ms / 60_000)} min` : `${Math.ceil(ms / 3_600_000)} h`
