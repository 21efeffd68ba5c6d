/** Tells what a suspended run waits for, and the commands that give it. */
import type { WaitingFor } from '@seamfold/core/kit'
import { fieldLines, type Verbatim } from '../render/fields.ts'
import { requestLines } from '../render/request.ts'
import type { Places } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { shortId } from './find-session.ts'
import { hint, quote } from './hint.ts'

type Where = { readonly places: Places; readonly terminal: Terminal }

/** The requests with the commands that answer them, and the one that goes on afterwards. */
export function waitingLines(waiting: readonly WaitingFor[], where: Where): readonly string[] {
  const style = where.terminal.style()
  const [first, ...others] = waiting
  if (first === undefined) return []
  const session = quote(shortId(first.sessionId))
  const several = others.length > 0
  const requests = waiting.flatMap((request) => [
    ...requestLines(request, undefined, style),
    ...(several ? [`    ${style.colors.dim(shortId(request.requestId))}`] : []),
  ])
  const which = several ? `${quote(shortId(first.requestId))} ` : ''
  const command = (words: string): Verbatim => ({ verbatim: hint(words, where.places, where.terminal) })
  const ways = fieldLines(
    [
      ['Approve', command(`answer ${session} ${which}--approve`)],
      ['Reject', command(`answer ${session} ${which}--reject --message "…"`)],
      ['Then', command(`resume ${session}`)],
    ],
    style,
  )
  return [...requests, '', ...ways]
}
