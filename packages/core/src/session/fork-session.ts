/** `forkSession`: fork a session of a store, without an agent. */
import { AgentError } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { branchingStore } from '../journal/branching-store.ts'
import { Journal } from '../journal/journal.ts'
import type { ToolResultContent } from '../model/message.ts'
import { openCalls, openRun, type RunState, type SessionState } from '../model/session-state.ts'
import { failed, succeeded, type ToolResult } from '../model/tool.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { DataProtection } from '../protection/data-protection.ts'
import { journalAt, writeFork } from './fork.ts'
import type { ForkOptions } from './types.ts'

/** What a call is to have come to in a fork. */
export type GivenResult = { readonly content: ToolResultContent; /** Default: false. */ readonly isError?: boolean }

export interface ForkSessionOptions extends ForkOptions {
  /**
   * What calls came to that are open at that fact, by their identity (`callId`): the fork goes on with these instead of not knowing.
   * Each is its call's one `tool_end` there, with `metadata: { given: true }`. Default: their outcome is unknown.
   */
  readonly results?: Readonly<Record<string, GivenResult>>
  /** Keeps secrets out of what is given here. Default: nothing is taken out. */
  readonly security?: DataProtection
}

/**
 * As `session.fork`: a new session that shares the past of another one up to and including a fact. The other one is not written, so
 * it may run meanwhile. Resolves with the fork's id. Throws `session_not_found`, `invalid_argument` when the id is taken or a result
 * is given for a call that is not open there, `cursor_invalid`, `cursor_diverged`.
 */
export async function forkSession(store: SessionStore, id: string, options: ForkSessionOptions = {}): Promise<string> {
  const host = systemHost()
  const { at, id: forkId = host.id('session'), metadata = {}, keepRun = false, results = {}, security } = options
  const place = { store: branchingStore(store), sessionId: id, host, protect: security?.protect }
  const origin = at === undefined ? await Journal.open(place) : await journalAt({ ...place, at })
  const given = givenResults(results, origin.state)
  await writeFork({ store: place.store, origin, forkId, metadata, keepRun, given })
  return forkId
}

function givenResults(results: Readonly<Record<string, GivenResult>>, state: SessionState): Readonly<Record<string, ToolResult>> {
  const open = openIds(openRun(state))
  const wrong = Object.keys(results).find((id) => !open.includes(id))
  if (wrong !== undefined) {
    const there = open.length === 0 ? 'no call is open there' : `open there: ${open.join(', ')}`
    throw new AgentError('invalid_argument', `No result can be given for call '${wrong}', which is not open at that fact (${there})`)
  }
  const made = ({ content, isError = false }: GivenResult): ToolResult =>
    isError ? failed(content, { metadata: { given: true } }) : succeeded(content, { given: true })
  return Object.fromEntries(Object.entries(results).map(([id, result]) => [id, made(result)]))
}

function openIds(run: RunState | undefined): readonly string[] {
  const nested = [...(run?.batch?.states.values() ?? [])].filter(({ callId, result }) => callId.includes('/') && result === undefined)
  return [...openCalls(run?.batch), ...nested].map(({ callId }) => callId)
}
