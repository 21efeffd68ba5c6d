/** `seamfold answer`: answers a request of a suspended run, from any process that can open the journal. */
import type { Answer } from '@seamfold/core'
import { AgentError, type WaitingFor } from '@seamfold/core/kit'
import { findPlaces, type SharedOptions } from '../setup/settings.ts'
import { openExistingJournal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { findSession, shortId } from './find-session.ts'
import { refuseDamaged } from './damage.ts'
import { hint, quote, showHint } from './hint.ts'
import { waitingLines } from './waiting.ts'

export type AnswerOptions = SharedOptions & { readonly approve?: boolean; readonly reject?: boolean; readonly message?: string }

export async function answerCommand(
  sessionId: string,
  requestId: string | undefined,
  { options, terminal }: { readonly options: AnswerOptions; readonly terminal: Terminal },
): Promise<number> {
  const answer = answerOf(options)
  const places = await findPlaces(options, terminal)
  const journal = await openExistingJournal(places.storePath)
  try {
    const view = await findSession(journal, sessionId)
    await refuseDamaged(journal.store, view.id, showHint(view.id, places, terminal))
    const waiting = await view.waitingFor()
    if (answer === undefined) {
      if (waiting.length === 0) terminal.print(`Session ${view.id} waits for nothing.\n`)
      else terminal.print(`${(await waitingLines(waiting, { places, terminal, whole: true })).join('\n')}\n`)
      return 0
    }
    const request = requestOf(waiting, requestId, view.id)
    const counts = await view.answer(request.requestId, answer)
    if (!counts)
      throw new AgentError(
        'request_not_found',
        `Nothing was ${answer.decision === 'approve' ? 'approved' : 'rejected'}: somebody answered ${request.toolName} (${shortId(request.requestId)}) before, and the first answer counts.`,
      )
    const left = waiting.length - 1
    const next = left > 0 ? `${left} more to answer.` : `Go on with: ${hint(`resume ${quote(shortId(view.id))}`, places, terminal)}`
    terminal.print(
      `${answer.decision === 'approve' ? 'Approved' : 'Rejected'}: ${request.toolName} (${shortId(request.requestId)}). ${next}\n`,
    )
    return 0
  } finally {
    await journal.close()
  }
}

/** Undefined when only a look was asked for. */
function answerOf({ approve, reject, message }: AnswerOptions): Answer | undefined {
  if (approve === true && reject === true) throw new AgentError('invalid_argument', 'Give --approve or --reject, not both.')
  if (approve === true && message !== undefined)
    throw new AgentError('invalid_argument', 'A --message is for the model when a call is rejected: give it with --reject.')
  if (approve === true) return { decision: 'approve', by: 'command line' }
  if (reject === true) return { decision: 'reject', by: 'command line', ...(message === undefined ? {} : { message }) }
  if (message !== undefined) throw new AgentError('invalid_argument', 'Give --reject with the message.')
  return undefined
}

/** The request with that id, or with an id that starts so; without one the only one there is. */
function requestOf(waiting: readonly WaitingFor[], given: string | undefined, sessionId: string): WaitingFor {
  const found = given === undefined ? waiting : waiting.filter(({ requestId }) => requestId === given || requestId.startsWith(given))
  const exact = found.find(({ requestId }) => requestId === given)
  const [only, ...others] = exact === undefined ? found : [exact]
  if (only !== undefined && others.length === 0) return only
  if (waiting.length === 0)
    throw new AgentError('request_not_found', `Session ${sessionId} waits for nothing: there is no request to answer.`)
  const list = waiting.map(({ requestId, toolName }) => `  ${shortId(requestId)}  ${toolName}`).join('\n')
  throw new AgentError(
    'request_not_found',
    `${given === undefined ? 'Which request?' : `There is no single request '${given}'.`} Session ${sessionId} waits for:\n${list}`,
  )
}
