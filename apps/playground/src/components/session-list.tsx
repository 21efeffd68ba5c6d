/** The sessions in the store, newest first, forks under what they came from. */
import { useMemo, useState, type ReactNode } from 'react'
import type { SessionSummary } from '../api/types.ts'
import { useNow } from '../hooks/use-now.ts'
import { sessionAddress } from '../hooks/use-route.ts'
import type { Listed } from '../hooks/use-sessions.ts'
import { sessionBranches, type Branch } from '../state/session-tree.ts'
import { formatAge, formatCost } from '../text/format.ts'

type SessionListProps = { readonly listed: Listed; readonly selected: string | undefined; readonly onChoose: () => void }

const stateOf = ({ status, active, elsewhere }: SessionSummary): { readonly state: string; readonly words: string } => {
  if (active) return { state: 'running', words: 'working' }
  if (elsewhere === true) return { state: 'running', words: 'working elsewhere' }
  const words = {
    idle: 'new',
    unfinished: 'interrupted',
    suspended: 'waits for you',
    completed: 'done',
    failed: 'failed',
    cancelled: 'stopped',
    unreadable: 'cannot be read',
  }
  return { state: status === 'unfinished' ? 'interrupted' : status, words: words[status] }
}

/** Levels that are moved to the right: deeper ones would leave no room for their title. */
const deepest = 4

type EntryProps = { readonly branch: Branch; readonly now: number; readonly current: boolean; readonly onChoose: () => void }

function Entry({ branch: { session, depth }, now, current, onChoose }: EntryProps): ReactNode {
  const { state, words } = stateOf(session)
  const parts = [
    ...(depth > 0 ? ['fork'] : []),
    words,
    ...(session.updatedAt === 0 ? [] : [formatAge(session.updatedAt, now)]),
    ...(session.cost > 0 ? [formatCost(session.cost)] : []),
  ]
  return (
    <li style={{ paddingLeft: `${Math.min(depth, deepest) * 0.9}rem` }} data-fork={depth > 0}>
      <a
        href={sessionAddress(session.id)}
        className="session"
        aria-current={current ? 'page' : undefined}
        onClick={onChoose}
        title={session.title}
      >
        <i className="run-dot" data-status={state} />
        <span className="session-title">{session.title === '' ? 'New session' : session.title}</span>
        <span className="session-facts">{parts.join(' · ')}</span>
      </a>
    </li>
  )
}

export function SessionList({ listed: { sessions, error }, selected, onChoose }: SessionListProps): ReactNode {
  const now = useNow(true, 30_000)
  const [search, setSearch] = useState('')
  const branches = useMemo(() => sessionBranches(sessions ?? [], search, selected), [sessions, search, selected])
  const children = useMemo(() => (sessions ?? []).filter(({ child }) => child).length, [sessions])
  if (sessions === undefined) return <p className="panel-empty">{error ? error.message : 'Loading…'}</p>
  if (sessions.length === 0) return <p className="panel-empty">No sessions yet.</p>
  return (
    <>
      {sessions.length > 4 && (
        <input
          type="search"
          className="journal-search"
          value={search}
          placeholder="Search sessions"
          aria-label="Search sessions"
          onChange={(change) => setSearch(change.target.value)}
        />
      )}
      <ul className="session-list">
        {branches.map((branch) => (
          <Entry key={branch.session.id} branch={branch} now={now} current={branch.session.id === selected} onChoose={onChoose} />
        ))}
      </ul>
      {children > 0 && search.trim() === '' && (
        <p className="panel-empty">
          {children === 1 ? 'One session of a step or task is' : `${children} sessions of steps and tasks are`} found by words, and from
          where they were given.
        </p>
      )}
      {branches.length === 0 && search.trim() !== '' && <p className="panel-empty">No session is called that.</p>}
    </>
  )
}
