/** Tells what a suspended run waits for, and the commands that give it. */
import type { WaitingFor } from '@seamfold/core/kit'
import { type Field, fieldLines } from '../render/fields.ts'
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
  /** How it goes on afterwards. Default: the session is resumed. */
  readonly goOn?: Field[1]
}

/** The requests, session by session, with the commands that answer them, and the one that goes on afterwards. */
export async function waitingLines(waiting: readonly WaitingFor[], options: WaitingOptions): Promise<readonly string[]> {
  const { places, terminal, goOn } = options
  const groups = [...Map.groupBy(waiting, ({ sessionId }) => sessionId)]
  const lines: string[] = []
  for (const [index, [sessionId, requests]] of groups.entries()) {
    const session = quote(shortId(sessionId))
    const then: Field = ['Then', goOn ?? { verbatim: hint(`resume ${session}`, places, terminal) }]
    const ways = [...answerFields(requests, session, options), ...(index === groups.length - 1 ? [then] : [])]
    lines.push(...(index === 0 ? [] : ['']), ...(await requestLines(requests, session, options)), '', ...fieldLines(ways, terminal.style()))
  }
  return lines
}

/** What is asked. Where it is several things, each with its id. */
async function requestLines(
  requests: readonly WaitingFor[],
  session: string,
  { places, terminal, whole = false }: WaitingOptions,
): Promise<readonly string[]> {
  const style = terminal.style()
  const rest = hint(`answer ${session}`, places, terminal)
  const lines: string[] = []
  for (const request of requests) {
    if (request.kind === 'question') lines.push(...questionText(request, style))
    else {
      const change = await proposedChange(places.workspace, request.toolName, request.args)
      lines.push(...requestExcerpt(request, { style, change, whole, rest }).lines, ...deadlineLines(request, terminal))
    }
    if (requests.length > 1) lines.push(`    ${style.colors.dim(shortId(request.requestId))}`)
  }
  return lines
}

/** The commands that answer; where it is several things, the first of them. */
function answerFields(requests: readonly WaitingFor[], session: string, { places, terminal }: WaitingOptions): readonly Field[] {
  const which = requests.length > 1 ? `${quote(shortId(requests[0]?.requestId ?? ''))} ` : ''
  const kinds = new Set(requests.map(({ kind }) => kind))
  const field = (name: string, words: string): Field => [name, { verbatim: hint(`answer ${session} ${which}${words}`, places, terminal) }]
  return [
    ...(kinds.has('confirmation') ? [field('Approve', '--approve')] : []),
    ...(kinds.has('question') ? [field('Answer', '--reply "…"')] : []),
    ...(kinds.has('external_task') ? [field('Complete', '--reply "…"')] : []),
    field('Reject', '--reject --message "…"'),
  ]
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
