/** Tells what a suspended run waits for, and the commands that give it. */
import type { WaitingFor } from '@seamfold/core/kit'
import { fieldLines, type Verbatim } from '../render/fields.ts'
import { requestExcerpt } from '../render/request.ts'
import type { Places } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { proposedChange } from '../workspace/proposed-change.ts'
import { shortId } from './find-session.ts'
import { hint, quote } from './hint.ts'

export type WaitingOptions = {
  readonly places: Places
  readonly terminal: Terminal
  /** Show requests whole, however long they are. Default: false, and where lines are missing the command that shows them stands. */
  readonly whole?: boolean
}

/** The requests with the commands that answer them, and the one that goes on afterwards. */
export async function waitingLines(
  waiting: readonly WaitingFor[],
  { places, terminal, whole = false }: WaitingOptions,
): Promise<readonly string[]> {
  const style = terminal.style()
  const [first, ...others] = waiting
  if (first === undefined) return []
  const session = quote(shortId(first.sessionId))
  const several = others.length > 0
  const rest = hint(`answer ${session}`, places, terminal)
  const lines: string[] = []
  for (const request of waiting) {
    const change = await proposedChange(places.workspace, request.toolName, request.args)
    lines.push(...requestExcerpt(request, { style, change, whole, rest }).lines)
    if (several) lines.push(`    ${style.colors.dim(shortId(request.requestId))}`)
  }
  const which = several ? `${quote(shortId(first.requestId))} ` : ''
  const command = (words: string): Verbatim => ({ verbatim: hint(words, places, terminal) })
  const ways = fieldLines(
    [
      ['Approve', command(`answer ${session} ${which}--approve`)],
      ['Reject', command(`answer ${session} ${which}--reject --message "…"`)],
      ['Then', command(`resume ${session}`)],
    ],
    style,
  )
  return [...lines, '', ...ways]
}
