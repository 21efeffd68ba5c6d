/** Tells what a suspended run waits for, and the commands that give it. */
import type { WaitingFor } from '@seamfold/core/kit'
import { requestLines } from '../render/request.ts'
import type { Places } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { hint, quote } from './hint.ts'

/** The requests with the commands that answer them, and the one that goes on afterwards. */
export function waitingLines(waiting: readonly WaitingFor[], { places, terminal }: { readonly places: Places; readonly terminal: Terminal }): readonly string[] {
  const style = terminal.style()
  const { colors } = style
  const [first] = waiting
  if (first === undefined) return []
  const requests = waiting.flatMap((request) => [
    ...requestLines(request, undefined, style),
    `    ${colors.dim(hint(`answer ${quote(request.sessionId)} ${quote(request.requestId)} --approve`, places, terminal))}`,
  ])
  return [...requests, '', `Answer with --approve or --reject, then go on: ${hint(`resume ${quote(first.sessionId)}`, places, terminal)}`]
}
