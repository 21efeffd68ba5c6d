/** `openSession`: see a session and speak to it, without a claim and without a model. */
import { AgentError } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { branchingStore } from '../journal/branching-store.ts'
import { deletedKey, JOURNAL_PREFIX, journalKey } from '../journal/keys.ts'
import type { DataProtection } from '../protection/data-protection.ts'
import type { Tool } from '../model/tool.ts'
import type { AnswerKey } from '../model/waiting.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { WatchStore } from '../ports/watch-store.ts'
import { CANCELLED_BY_HOST } from './run.ts'
import { SessionLog } from './session-log.ts'
import type { SessionView } from './types.ts'
import { type UnfinishedOptions, type UnfinishedRun, unfinishedRuns as findUnfinished } from './unfinished.ts'

export interface ViewOptions {
  /** Wakes who follows the session when its holder writes. Default: none, and the journal is looked at four times a second. */
  readonly watch?: WatchStore
  /** Keeps secrets out of what is said to the session here. Default: nothing is taken out. */
  readonly security?: DataProtection
  /** Signs the answers that are given here. Default: they are taken as they are given. */
  readonly answerKey?: AnswerKey
  /** The agent's: what edited arguments touch is looked up when they are given. Default: none, and they are held to their own words. */
  readonly tools?: readonly Tool[]
}

/** Throws `session_not_found` when nothing was ever stored under that id. */
export async function openSession(given: SessionStore, id: string, { security, ...rest }: ViewOptions = {}): Promise<SessionView> {
  await assertSession(given, id)
  const log = await SessionLog.open({
    ...rest,
    store: branchingStore(given),
    sessionId: id,
    host: systemHost(),
    protect: security?.protect,
  })
  return {
    id,
    metadata: log.journal.state.metadata,
    state: () => log.state(),
    waitingFor: () => log.waitingFor(),
    events: (options) => log.events(options),
    answer: (requestId, answer) => log.answer(requestId, answer),
    steer: (prompt) => log.steer(prompt),
    cancel: (reason = CANCELLED_BY_HOST) => log.requestCancel(reason),
  }
}

/** Ids of the sessions in a store, in the store's order. */
export async function* storedSessions(store: SessionStore): AsyncGenerator<string, void, undefined> {
  for await (const key of store.keys({ prefix: JOURNAL_PREFIX })) {
    const id = key.slice(JOURNAL_PREFIX.length)
    if (!(await isDeleted(store, id))) yield id
  }
}

/** Throws `session_not_found` when nothing was ever stored under that id, and when it was deleted. */
export async function assertSession(store: SessionStore, id: string): Promise<void> {
  for await (const _ of store.read(journalKey(id))) {
    if (await isDeleted(store, id)) break
    return
  }
  throw new AgentError('session_not_found', `There is no session '${id}' in this store: list them with storedSessions(store)`)
}

/** Runs in a store that are not finished, whoever began them: found by their markers, without reading every log. */
export function unfinishedRuns(store: SessionStore, options: UnfinishedOptions = {}): AsyncGenerator<UnfinishedRun, void, undefined> {
  return findUnfinished(branchingStore(store), systemHost(), options)
}

/** Its records are there for its forks only. */
export async function isDeleted(store: Pick<SessionStore, 'read'>, id: string): Promise<boolean> {
  for await (const _ of store.read(deletedKey(id))) return true
  return false
}
