/** The sessions in the store, newest first. */
import type { ReactNode } from 'react'
import type { SessionSummary } from '../api/types.ts'
import type { Listed } from '../hooks/use-sessions.ts'
import { useNow } from '../hooks/use-now.ts'
import { sessionAddress } from '../hooks/use-route.ts'
import { formatAge } from '../text/format.ts'

type SessionListProps = { readonly listed: Listed; readonly selected: string | undefined; readonly onChoose: () => void }

const stateOf = ({ status, active }: SessionSummary): { readonly state: string; readonly words: string } => {
  if (active) return { state: 'running', words: 'working' }
  const words = {
    idle: 'new',
    unfinished: 'interrupted',
    suspended: 'waits for you',
    completed: 'done',
    failed: 'failed',
    cancelled: 'stopped',
  }
  return { state: status === 'unfinished' ? 'interrupted' : status, words: words[status] }
}

export function SessionList({ listed: { sessions, error }, selected, onChoose }: SessionListProps): ReactNode {
  const now = useNow(true, 30_000)
  if (sessions === undefined) return <p className="panel-empty">{error ? error.message : 'Loading…'}</p>
  if (sessions.length === 0) return <p className="panel-empty">No sessions yet.</p>
  return (
    <ul className="session-list">
      {sessions.map((session) => {
        const { state, words } = stateOf(session)
        return (
          <li key={session.id}>
            <a
              href={sessionAddress(session.id)}
              className="session"
              aria-current={session.id === selected ? 'page' : undefined}
              onClick={onChoose}
            >
              <i className="run-dot" data-status={state} />
              <span className="session-title">{session.title === '' ? 'New session' : session.title}</span>
              <span className="session-facts">
                {words}
                {session.updatedAt === 0 ? '' : ` · ${formatAge(session.updatedAt, now)}`}
              </span>
            </a>
          </li>
        )
      })}
    </ul>
  )
}
