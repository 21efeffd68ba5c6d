/** `seamfold answer`: answers a request of a suspended run, from any process that can open the journal. */
import { type Answer, askerOf, openSession, type RunState, type SessionState, type SessionView, type ViewOptions } from '@seamfold/core'
import { AgentError, isAgentError, type Json, type SessionStore, toMessage, type WaitingFor } from '@seamfold/core/kit'
import { configuredAnswerKey } from '../setup/answer-key.ts'
import { groundTools } from '../setup/ground.ts'
import { rulesLike } from '../setup/permissions.ts'
import { personName } from '../setup/person.ts'
import { protectionHere } from '../setup/protection.ts'
import { findPlaces, resolveGround, secretsOf, type SharedOptions } from '../setup/settings.ts'
import { openExistingJournal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { goOnField, goOnWords } from './asker.ts'
import { findSession, shortId } from './find-session.ts'
import { refuseDamaged } from './damage.ts'
import { showHint } from './hint.ts'
import { questionText, readReply } from './question.ts'
import { waitingLines } from './waiting.ts'

type AnswerFact = NonNullable<ReturnType<RunState['requests']['get']>>['answer'] & {}

export type AnswerOptions = SharedOptions & {
  readonly approve?: boolean
  readonly reject?: boolean
  readonly message?: string
  readonly reply?: string
  readonly input?: string
  readonly always?: boolean
}

export async function answerCommand(
  sessionId: string,
  requestId: string | undefined,
  { options, terminal }: { readonly options: AnswerOptions; readonly terminal: Terminal },
): Promise<number> {
  checkOptions(options)
  const places = await findPlaces(options, terminal)
  const journal = await openExistingJournal(places.storePath)
  try {
    const key = configuredAnswerKey(terminal.environment)
    const protection = isLook(options) ? {} : await protectionHere(secretsOf(options, terminal))
    // What edited arguments touch is looked up now: a path that is swapped for a link before they run asks again.
    const edits = options.input === undefined ? {} : { tools: await groundTools(await resolveGround(options, terminal)) }
    const how: ViewOptions = { ...protection, ...edits, ...(key === undefined ? {} : { answerKey: key }) }
    const found = await findSession(journal, sessionId, how)
    await refuseDamaged(journal.store, found.id, showHint(found.id, places, terminal))
    const { view, waiting } = await askedIn(found, journal.store, how)
    const scene = { store: journal.store, places, terminal }
    if (isLook(options)) {
      if (waiting.length === 0) terminal.print(`Session ${view.id} waits for nothing.\n`)
      else {
        const goOn = await goOnField(view.id, scene)
        terminal.print(`${(await waitingLines(waiting, { places, terminal, whole: true, goOn })).join('\n')}\n`)
      }
      return 0
    }
    const request = requestOf(waiting, requestId, { sessionId: view.id, state: await view.state() })
    const { answer, words } = answerTo(request, options, terminal)
    if (!(await view.answer(request.requestId, { ...answer, by: personName() }))) throw tooLate(await view.state(), request)
    const left = waiting.length - 1
    const next = left > 0 ? `${left} more to answer.` : await goOnWords(view.id, scene)
    terminal.print(`${words}: ${request.toolName} (${shortId(request.requestId)}). ${next}\n`)
    return 0
  } finally {
    await journal.close()
  }
}

type AskedIn = { readonly view: SessionView; readonly waiting: readonly WaitingFor[] }

/** What a task asks is answered on the run outside, which asks the same in its own name and is resumed. */
async function askedIn(view: SessionView, store: SessionStore, how: ViewOptions): Promise<AskedIn> {
  const waiting = await view.waitingFor()
  const asker = await askerOf(store, view.id)
  if (asker === undefined || asker.sessionId === view.id) return { view, waiting }
  const outer = await openSession(store, asker.sessionId, how).catch((error: unknown) => {
    if (isAgentError(error, 'session_not_found')) return undefined
    throw error
  })
  const ids = new Set(waiting.map(({ requestId }) => requestId))
  const asked = ((await outer?.waitingFor()) ?? []).filter(({ requestId }) => ids.has(requestId))
  return outer === undefined || asked.length === 0 ? { view, waiting } : { view: outer, waiting: asked }
}

const isLook = ({ approve, reject, reply }: AnswerOptions): boolean => approve !== true && reject !== true && reply === undefined

const refuse = (words: string): never => {
  throw new AgentError('invalid_argument', words)
}

/** Throws `invalid_argument` for options that say nothing together. */
function checkOptions(options: AnswerOptions): void {
  const { approve, reject, reply, message, always, input } = options
  const given = [approve === true && '--approve', reject === true && '--reject', reply !== undefined && '--reply'].filter(
    (each) => each !== false,
  )
  if (given.length > 1) refuse(`Give ${given.join(' or ')}, not both.`)
  if (approve === true && message !== undefined) refuse('A --message is for the model when a call is rejected: give it with --reject.')
  if (message !== undefined && reject !== true) refuse('Give --reject with the message.')
  if ((always === true || input !== undefined) && approve !== true) refuse('Give --always and --input with --approve.')
}

type Given = { readonly answer: Answer; readonly words: string }

function answerTo(request: WaitingFor, { reject, message, reply, input, always }: AnswerOptions, terminal: Terminal): Given {
  if (reject === true) return { answer: { decision: 'reject', ...(message === undefined ? {} : { message }) }, words: 'Rejected' }
  if (reply !== undefined) {
    const answer = request.kind === 'question' ? readReply(request, reply) : ({ decision: 'reply', value: jsonOr(reply) } as const)
    if (answer?.decision === 'reply') return { answer, words: 'Answered' }
    throw new AgentError('invalid_argument', `That is no answer to:\n${questionText(request, terminal.style()).join('\n')}`)
  }
  const rules = always === true ? rulesLike(request) : undefined
  if (always === true && rules === undefined)
    throw new AgentError('invalid_argument', 'A rule that allows calls like this one cannot be said safely: approve it alone.')
  return {
    answer: { decision: 'approve', ...(input === undefined ? {} : { input: parseInput(input) }), ...(rules && { always: rules.rules }) },
    words: rules === undefined ? 'Approved' : `Approved, and always in this session ${rules.words}`,
  }
}

/** The result of a task may be a text that is no JSON. */
function jsonOr(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

function parseInput(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    throw new AgentError('invalid_argument', `The arguments after --input are no JSON: ${toMessage(error)}`)
  }
}

/** Nothing was done: says who was first. */
function tooLate({ run }: SessionState, { requestId, toolName }: WaitingFor): AgentError {
  const first = run?.requests.get(requestId)?.answer
  return new AgentError(
    'request_not_found',
    `Nothing was changed: ${firstWords(first)} ${toolName} (${shortId(requestId)}) before, and the first answer counts.`,
  )
}

function firstWords(first: AnswerFact | undefined): string {
  if (first?.type === 'confirmation_timeout') return 'its deadline settled'
  const who = first?.by ?? 'somebody'
  if (first === undefined || first.reply !== undefined) return `${who} answered`
  return `${who} ${first.approved ? 'approved' : 'rejected'}`
}

/** The request with that id, or with an id that starts so; without one the only one there is. */
function requestOf(
  waiting: readonly WaitingFor[],
  given: string | undefined,
  { sessionId, state }: { readonly sessionId: string; readonly state: SessionState },
): WaitingFor {
  const found = given === undefined ? waiting : waiting.filter(({ requestId }) => requestId === given || requestId.startsWith(given))
  const exact = found.find(({ requestId }) => requestId === given)
  const [only, ...others] = exact === undefined ? found : [exact]
  if (only !== undefined && others.length === 0) return only
  const settled = [...(state.run?.requests.values() ?? [])].find(
    ({ request, answer }) => answer !== undefined && given !== undefined && request.requestId.startsWith(given),
  )
  if (settled !== undefined) throw tooLate(state, settled.request)
  if (waiting.length === 0)
    throw new AgentError('request_not_found', `Session ${sessionId} waits for nothing: there is no request to answer.`)
  const list = waiting.map(({ requestId, toolName }) => `  ${shortId(requestId)}  ${toolName}`).join('\n')
  throw new AgentError(
    'request_not_found',
    `${given === undefined ? 'Which request?' : `There is no single request '${given}'.`} Session ${sessionId} waits for:\n${list}`,
  )
}
