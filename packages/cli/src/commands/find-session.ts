/** Finds the session that somebody means: by its id, by the start of its id, or the last one that was used. */
import { openSession, type SessionView, storedSessions, type ViewOptions } from '@seamfold/core'
import { AgentError, type SessionStore } from '@seamfold/core/kit'
import { nearest } from '../config/nearest.ts'
import type { Journal } from '../setup/store.ts'
import { sessionsByUse } from './last-used.ts'

/** Ids that were made, not chosen. */
const MADE = /^(session|request)-[0-9a-f]{8}-[0-9a-f-]+$/

/** A made id without its tail: what is left still names one session or request. */
export const shortId = (id: string): string => (MADE.test(id) ? id.slice(0, id.indexOf('-') + 9) : id)

/** The id that `--session` stands for: the start of a made one that is there, else as it is, which may name a new session. */
export async function namedSession(store: SessionStore, given: string): Promise<string> {
  if (!/^session-[0-9a-f]{4,}/.test(given)) return given
  const found = (await sessionIds(store)).filter((id) => id.startsWith(given))
  return found.length === 1 && found[0] !== undefined ? found[0] : given
}

export async function sessionIds(store: SessionStore): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const id of storedSessions(store)) ids.push(id)
  return ids
}

/** Throws `session_not_found` for an id that is none, `invalid_argument` for a start that several ids share. */
export async function findSession(
  journal: Pick<Journal, 'store' | 'ends'>,
  given: string | undefined,
  options: ViewOptions = {},
): Promise<SessionView> {
  if (given === undefined) return lastUsed(journal)
  const { store } = journal
  const ids = await sessionIds(store)
  if (ids.includes(given)) return openSession(store, given, options)
  const [first, ...others] = ids.filter((id) => id.startsWith(given))
  if (first !== undefined && others.length === 0) return openSession(store, first, options)
  if (first !== undefined) {
    throw new AgentError(
      'invalid_argument',
      `${others.length + 1} sessions start with '${given}'; type more of it:\n${[first, ...others].map((id) => `  ${id}`).join('\n')}`,
    )
  }
  const near = nearest(given, ids)
  throw new AgentError(
    'session_not_found',
    `There is no session '${given}'. ${near === undefined ? 'List them with: seamfold sessions list' : `Did you mean '${near}'?`}`,
  )
}

async function lastUsed(journal: Pick<Journal, 'store' | 'ends'>): Promise<SessionView> {
  const [last] = await sessionsByUse(journal)
  if (last === undefined)
    throw new AgentError('session_not_found', 'There is no session in this journal yet. Start one with: seamfold run "…"')
  return openSession(journal.store, last.id)
}
