/** What a session refuses before anything is done, and in which words. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import { isJsonObject, type JsonObject } from '../model/json.ts'
import { arePromptBlocks, type ImageBlock, promptMessage, type Prompt, type TextBlock } from '../model/message.ts'
import { type RunState, waitingOf } from '../model/session-state.ts'
import type { WaitingFor } from '../model/waiting.ts'

/** The prompt as blocks. Throws `invalid_argument` for one that says nothing. */
export function checkedPrompt(prompt: Prompt): readonly (TextBlock | ImageBlock)[] {
  const blocks: unknown = promptMessage(prompt).content
  if (!arePromptBlocks(blocks))
    throw new AgentError(
      'invalid_argument',
      `A prompt is a text or a list of text and image blocks; this is ${JSON.stringify(prompt) ?? 'nothing'}`,
    )
  const says = blocks.some((block) => block.type === 'image' || block.text.trim() !== '')
  if (!says) throw new AgentError('invalid_argument', 'The prompt is empty: say what is to be done')
  return blocks
}

/** The run that a send id stands for already. Throws `invalid_argument` when it was given another prompt. */
export function earlierRun(runs: readonly RunState[], sendId: string, prompt: readonly (TextBlock | ImageBlock)[]): RunState | undefined {
  const known = runs.find((run) => run.sendId === sendId)
  if (known === undefined || JSON.stringify(known.prompt) === JSON.stringify(prompt)) return known
  throw new AgentError(
    'invalid_argument',
    `The send id '${sendId}' belongs to run ${known.id}, which was given another prompt: use a new id`,
  )
}

export const closedError = (sessionId: string): AgentError =>
  new AgentError('session_closed', `Session ${sessionId} was closed: open it again with agent.session({ id: '${sessionId}' })`)

/** A child has the tools, words and permissions of its agent only where it was asked for. */
export const childError = (sessionId: string, { parentSessionId = 'a workflow' }: { readonly parentSessionId?: string }): AgentError =>
  new AgentError('invalid_argument', `Session ${sessionId} works for ${parentSessionId}: resume that`)

/** Throws `invalid_argument` for an id that no session can have. */
export function checkSessionId(id: string): void {
  if (id === '' || /\p{Surrogate}/u.test(id))
    throw new AgentError('invalid_argument', `The session id ${JSON.stringify(id)} is empty or holds half a character`)
}

/** The metadata as it will be stored. Throws `invalid_argument` for what cannot be. */
export function checkedMetadata(metadata: JsonObject): JsonObject {
  let why = 'it is no object'
  try {
    const stored: unknown = JSON.parse(JSON.stringify(metadata))
    if (isJsonObject(stored)) return stored
  } catch (error) {
    why = toMessage(error)
  }
  throw new AgentError('invalid_argument', `The metadata of a session must be plain JSON: ${why}`)
}

/** Why the session takes no new prompt. `here`: a run is under way in this process. */
export function busyError(sessionId: string, run: RunState | undefined, here: boolean): AgentError {
  const details = run === undefined ? {} : { runId: run.id, status: run.status }
  return new AgentError('session_busy', `Session ${sessionId} takes no new prompt: ${reasonOf(run, here)}`, { details })
}

export const waitingWords = (waiting: readonly WaitingFor[]): string =>
  waiting.map(({ toolName, requestId }) => `${toolName} (${requestId})`).join(', ')

function reasonOf(run: RunState | undefined, here: boolean): string {
  if (here || run === undefined) return 'a run is under way: wait for its result, steer it or cancel it'
  if (run.status !== 'suspended') return `run ${run.id} was left unfinished: resume() or cancel() it first`
  return `run ${run.id} waits for ${waitingWords(waitingOf(run))}: answer and resume, cancel, or send with rejectPending`
}

/** Whoever waits for a run and has lost its own session or workflow does not end it: it is left to be resumed. */
export const asCancel = (reason: unknown): unknown =>
  isLost(reason) ? new AgentError('session_lost', toMessage(reason)) : new AgentError('cancelled', toMessage(reason))

const isLost = (reason: unknown): boolean => isAgentError(reason, 'session_lost') || isAgentError(reason, 'workflow_lost')
