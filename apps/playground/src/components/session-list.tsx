/** The sessions in the store, newest first, forks under what they came from: only those in view are drawn, and more come as one scrolls. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, type FocusEvent, type KeyboardEvent, type ReactNode } from 'react'
import type { SessionSearch, SessionSummary } from '../api/types.ts'
import { useNow } from '../hooks/use-now.ts'
import { sessionAddress } from '../hooks/use-route.ts'
import type { Listed } from '../hooks/use-sessions.ts'
import { useRem } from '../hooks/use-rem.ts'
import { sessionBranches, singleBranches, type Branch } from '../state/session-tree.ts'
import { formatAge, formatCost } from '../text/format.ts'

type SessionListProps = { readonly listed: Listed; readonly chosen: string | undefined; readonly onChoose: () => void }

const stateOf = ({ status, active, elsewhere, child }: SessionSummary): { readonly state: string; readonly words: string } => {
  if (active) return { state: 'running', words: 'working' }
  // What a task does is not told apart by the process that does it.
  if (elsewhere === true) return { state: 'running', words: child === true ? 'working' : 'working elsewhere' }
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

/** Rem of an entry; every one is as tall. */
const lineHeight = 3.1

/** Entries from the end at which the next page is asked for. */
const ahead = 10

type EntryProps = {
  readonly branch: Branch
  readonly now: number
  readonly current: boolean
  /** Whether Tab stops at it. */
  readonly reachable: boolean
  readonly onChoose: () => void
}

function Entry({ branch: { session, depth }, now, current, reachable, onChoose }: EntryProps): ReactNode {
  const { state, words } = stateOf(session)
  const parts = [
    ...(depth > 0 ? ['fork'] : []),
    words,
    ...(session.updatedAt === 0 ? [] : [formatAge(session.updatedAt, now)]),
    ...(session.cost > 0 ? [formatCost(session.cost)] : []),
  ]
  return (
    <a
      href={sessionAddress(session.id)}
      className="session"
      tabIndex={reachable ? 0 : -1}
      aria-current={current ? 'page' : undefined}
      onClick={onChoose}
      title={session.title}
    >
      <i className="run-dot" data-status={state} />
      <span className="session-title">{session.title === '' ? 'New session' : session.title}</span>
      <span className="session-facts">{parts.join(' · ')}</span>
    </a>
  )
}

const statuses: readonly { readonly status: NonNullable<SessionSearch['status']>; readonly words: string }[] = [
  { status: 'suspended', words: 'Waits for you' },
  { status: 'working', words: 'Working' },
  { status: 'interrupted', words: 'Interrupted' },
  { status: 'completed', words: 'Done' },
  { status: 'failed', words: 'Failed' },
  { status: 'cancelled', words: 'Stopped' },
]

function SearchFields({ search, onSearch }: Pick<Listed, 'search' | 'onSearch'>): ReactNode {
  return (
    <div className="session-search">
      <input
        type="search"
        className="journal-search"
        value={search.words}
        placeholder="Search sessions"
        aria-label="Search sessions"
        onChange={({ target }) => onSearch({ ...search, words: target.value })}
      />
      <select
        className="journal-search"
        aria-label="Sessions that are"
        value={search.status ?? ''}
        onChange={({ target }) => onSearch({ ...search, status: statuses.find(({ status }) => status === target.value)?.status })}
      >
        <option value="">All</option>
        {statuses.map(({ status, words }) => (
          <option key={status} value={status}>
            {words}
          </option>
        ))}
      </select>
    </div>
  )
}

type EntriesProps = Pick<SessionListProps, 'chosen' | 'onChoose'> & {
  readonly branches: readonly Branch[]
  /** Undefined where all are there. */
  readonly more: (() => void) | undefined
}

/** The entries in view, and which of them Tab stops at: arrows go on from there. */
function useEntries(branches: readonly Branch[], current: number) {
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const height = useRem() * lineHeight
  // oxlint-disable-next-line react/incompatible-library -- no compiler is used, which this warns of
  const virtualizer = useVirtualizer({
    count: branches.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => branches[index]?.session.id ?? index,
    overscan: 10,
  })
  useEffect(() => virtualizer.measure(), [height, virtualizer])
  const [focused, setFocused] = useState<number>()
  const drawn = virtualizer.getVirtualItems()
  const wanted = focused ?? Math.max(0, current)
  const stop = drawn.some(({ index }) => index === wanted) ? wanted : (drawn[0]?.index ?? 0)
  const onKeyDown = (press: KeyboardEvent): void => {
    const next = { ArrowDown: stop + 1, ArrowUp: stop - 1, Home: 0, End: branches.length - 1 }[press.key]
    if (next === undefined || next < 0 || next >= branches.length) return
    press.preventDefault()
    setFocused(next)
    virtualizer.scrollToIndex(next)
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('a[tabindex="0"]')?.focus())
  }
  const onBlur = ({ relatedTarget }: FocusEvent): void => {
    if (list.current?.contains(relatedTarget) !== true) setFocused(undefined)
  }
  return { scroller, drawn, stop, list: { ref: list, style: { height: virtualizer.getTotalSize() }, onKeyDown, onBlur } }
}

function Entries({ branches, chosen, onChoose, more }: EntriesProps): ReactNode {
  const now = useNow(true, 30_000)
  const current = branches.findIndex(({ session }) => session.id === chosen)
  const { scroller, drawn, stop, list } = useEntries(branches, current)
  const nearEnd = (drawn.at(-1)?.index ?? -1) >= branches.length - ahead
  useEffect(() => {
    if (nearEnd) more?.()
  }, [nearEnd, more])
  return (
    <div className="sidebar-scroll" ref={scroller} tabIndex={-1}>
      <ul className="session-list" {...list}>
        {drawn.map(({ index, key, start }) => {
          const branch = branches[index]
          if (branch === undefined) return null
          const place = { transform: `translateY(${start}px)`, paddingLeft: `${Math.min(branch.depth, deepest) * 0.9}rem` }
          const size = more === undefined ? branches.length : -1
          return (
            <li key={key} aria-setsize={size} aria-posinset={index + 1} data-fork={branch.depth > 0} style={place}>
              <Entry {...{ branch, now, onChoose }} current={index === current} reachable={index === stop} />
            </li>
          )
        })}
      </ul>
      {more !== undefined && (
        <button type="button" className="head-link" onClick={more}>
          Load more
        </button>
      )}
    </div>
  )
}

const childWords = (children: number): string =>
  children === 1
    ? 'One session of a step or task is not listed: search for it, or open it from the workflow or call that began it.'
    : `${children} sessions of steps and tasks are not listed: search for them, or open them from the workflow or call that began them.`

/** From so many on they can be searched. */
const searchable = 5

export function SessionList({
  listed: { loaded, selected, search, onSearch, more, error },
  chosen,
  onChoose,
}: SessionListProps): ReactNode {
  const searching = search.words.trim() !== '' || search.status !== undefined
  const branches = useMemo(() => {
    const sessions = loaded?.sessions ?? []
    if (searching) return singleBranches(sessions)
    // What is looked at is in the list, however far down it would stand.
    const missing = selected !== undefined && selected.updatedAt > 0 && !sessions.some(({ id }) => id === selected.id)
    return sessionBranches(missing ? [selected, ...sessions] : sessions)
  }, [loaded, selected, searching])
  if (loaded === undefined) return <p className="panel-empty sidebar-scroll">{error ? error.message : 'Loading…'}</p>
  const none = branches.length === 0 && loaded.next === undefined
  return (
    <>
      {(searching || loaded.children > 0 || loaded.total >= searchable) && <SearchFields search={search} onSearch={onSearch} />}
      {none && <p className="panel-empty">{searching ? 'No session is like that.' : 'No sessions yet.'}</p>}
      <Entries {...{ branches, chosen, onChoose }} more={loaded.next === undefined ? undefined : more} />
      {loaded.children > 0 && !searching && <p className="panel-empty session-children">{childWords(loaded.children)}</p>}
    </>
  )
}
