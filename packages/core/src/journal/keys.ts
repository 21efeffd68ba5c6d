/** The names of a session's logs in a store. */

export const journalKey = (sessionId: string): string => `journal/${sessionId}`

export const inboxKey = (sessionId: string): string => `inbox/${sessionId}`

/** A marker that a run is not finished: found by prefix, without reading every journal. */
export const openRunKey = (sessionId: string, runId: string): string => `${openRunPrefix(sessionId)}${encodeURIComponent(runId)}`

export const OPEN_RUN_PREFIX = 'open/'

export const openRunPrefix = (sessionId: string): string => `${OPEN_RUN_PREFIX}${encodeURIComponent(sessionId)}/`

export const FORK_PREFIX = 'fork/'

export const forkPrefix = (originId: string): string => `${FORK_PREFIX}${encodeURIComponent(originId)}/`

/** A marker that a session shares another one's past: that past must stay. */
export const forkKey = (originId: string, forkId: string): string => `${forkPrefix(originId)}${encodeURIComponent(forkId)}`

/** Where a session was rewound, so that what it no longer stands on can be passed over without reading it. */
export const rewoundKey = (sessionId: string): string => `rewound/${sessionId}`

/** A marker that a session was deleted, while forks still need its records. */
export const deletedKey = (sessionId: string): string => `${DELETED_PREFIX}${sessionId}`

export const DELETED_PREFIX = 'deleted/'

export const JOURNAL_PREFIX = 'journal/'

export function parseOpenRunKey(key: string): { readonly sessionId: string; readonly runId: string } | undefined {
  const [session, run, ...rest] = key.slice(OPEN_RUN_PREFIX.length).split('/')
  if (session === undefined || run === undefined || rest.length > 0) return undefined
  return { sessionId: decodeURIComponent(session), runId: decodeURIComponent(run) }
}

/** The log of a workflow: which steps were begun, and what came of them. */
export const workflowKey = (rootId: string): string => `${WORKFLOW_PREFIX}${rootId}`

export const WORKFLOW_PREFIX = 'workflow/'

export const LEDGER_PREFIX = 'budget/'

export const ledgerPrefix = (root: string): string => `${LEDGER_PREFIX}${encodeURIComponent(root)}/`

/** The root of a budget that each run has of its own, or each session: it goes with its session. */
export const ownRoot = (of: 'run' | 'session', id: string): string => `${of}/${id}`

/** One part of the log of a budget: the newest part goes on with what those before it came to. */
export const ledgerKey = (root: string, part: number): string => `${ledgerPrefix(root)}${part}`
