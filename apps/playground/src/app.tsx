/** The whole page: sessions on the left, the chosen one in the middle, its journal on the right. */
import { Suspense, useCallback, useEffect, useRef, useState, type ReactNode, type RefObject } from 'react'
import type { Api, ApiError } from './api/client.ts'
import type { About } from './api/types.ts'
import { Icon } from './components/icon.tsx'
import { PageKeys } from './components/page-keys.tsx'
import { Sidebar } from './components/sidebar.tsx'
import { LazyCompareView, LazyConversationView, LazyPartsView, LazyWorkflowView } from './components/views.tsx'
import { Welcome } from './components/welcome.tsx'
import { WorkflowList } from './components/workflow-list.tsx'
import { useAgent, type AgentControl } from './hooks/use-agent.ts'
import { useParts, type PartsControl } from './hooks/use-parts.ts'
import { useRoute, type Route } from './hooks/use-route.ts'
import { useSessions, type Listed } from './hooks/use-sessions.ts'

const wide = (): boolean => matchMedia('(min-width: 1200px)').matches

/** Asked again whenever an agent's process was started: it may be made of other parts. */
function useAbout(api: Api, failed: boolean, starts: number | undefined): About | undefined {
  const [about, setAbout] = useState<About>()
  useEffect(() => {
    if (failed || starts === undefined) return
    api.about().then(setAbout, () => undefined) // the list of sessions tells what is wrong
  }, [api, failed, starts])
  return about
}

/** The agent: its process, what it is made of, and what else it could be made of. */
function useSetUp(api: Api, { refresh, error }: Listed): { agent: AgentControl; about: About | undefined; parts: PartsControl } {
  const agent = useAgent(api, refresh)
  const about = useAbout(api, error !== undefined, agent.agent?.starts)
  const { look } = agent
  const changed = useCallback(() => {
    look()
    refresh()
  }, [look, refresh])
  return { agent, about, parts: useParts(api, agent.agent, changed) }
}

function useEscape(onEscape: () => void): void {
  useEffect(() => {
    const onKey = (press: KeyboardEvent): void => {
      if (press.key === 'Escape') onEscape()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [onEscape])
}

function Locked({ error }: { readonly error: ApiError }): ReactNode {
  return (
    <main className="locked">
      <h1>This page needs its token</h1>
      <p>{error.message}</p>
      <p>
        It looks like <code>{location.origin}/#token=…</code>, and is new whenever the program starts.
      </p>
    </main>
  )
}

/** Past the list of sessions; no link, since the fragment of the address is the view. */
const SkipLink = ({ to }: { readonly to: RefObject<HTMLElement | null> }): ReactNode => (
  <button type="button" className="skip-link button" onClick={() => to.current?.focus()}>
    To the content
  </button>
)

type MenuButtonProps = { readonly open: boolean; readonly onTurn: (open: boolean) => void }

const MenuButton = ({ open, onTurn }: MenuButtonProps): ReactNode => (
  <button type="button" className="button-icon menu-button" aria-expanded={open} onClick={() => onTurn(!open)} aria-label="Sessions">
    <Icon name={open ? 'close' : 'menu'} />
  </button>
)

type PageProps = {
  readonly api: Api
  readonly route: Route
  readonly about: About | undefined
  readonly parts: PartsControl
  readonly listed: Listed
}

/** Everything that stands in the middle, but for a session. */
function Page({ api, route, about, parts, listed: { error, refresh } }: PageProps): ReactNode {
  switch (route.view) {
    case 'home':
      return <Welcome api={api} about={about} parts={parts} trouble={error?.message} onStarted={refresh} />
    case 'parts':
      return <LazyPartsView api={api} about={about} parts={parts} />
    case 'workflows':
      return <WorkflowList api={api} />
    case 'workflow':
      return <LazyWorkflowView key={route.id} api={api} id={route.id} onChanged={refresh} />
    case 'compare':
      return <LazyCompareView key={`${route.a}/${route.b}`} api={api} a={route.a} b={route.b} />
    case 'session':
      return null
  }
}

export function App({ api }: { readonly api: Api }): ReactNode {
  const route = useRoute()
  const id = route.view === 'session' ? route.id : undefined
  const listed = useSessions(api, id)
  const main = useRef<HTMLElement>(null)
  const [sessionsOpen, setSessionsOpen] = useState(false)
  const [journalOpen, setJournalOpen] = useState(wide)
  const { agent, about, parts } = useSetUp(api, listed)
  const close = useCallback(() => setSessionsOpen(false), [])
  const turnJournal = useCallback(() => setJournalOpen((open) => !open), [])
  useEscape(() => {
    close()
    // Where it covers the conversation it is a drawer, and Escape closes drawers.
    if (!wide()) setJournalOpen(false)
  })
  if (listed.error?.status === 401) return <Locked error={listed.error} />
  return (
    <div className="app" data-sessions-open={sessionsOpen} data-journal-open={journalOpen && id !== undefined}>
      <SkipLink to={main} />
      <MenuButton open={sessionsOpen} onTurn={setSessionsOpen} />
      <Sidebar about={about} listed={listed} agent={agent} selected={id} onChoose={close} keys={<PageKeys onJournal={turnJournal} />} />
      <div className="backdrop" onClick={close} aria-hidden="true" />
      <main className="main" ref={main} tabIndex={-1}>
        {/* Here, since the sidebar is hidden where the page is narrow. */}
        <h1 className="visually-hidden">Seamfold playground</h1>
        <Suspense fallback={<p className="panel-empty">Loading…</p>}>
          <Page {...{ api, route, about, parts, listed }} />
          {id !== undefined && (
            <LazyConversationView
              key={id}
              api={api}
              id={id}
              about={about}
              summary={listed.selected}
              journalOpen={journalOpen}
              onJournal={setJournalOpen}
              onChanged={listed.refresh}
            />
          )}
        </Suspense>
      </main>
    </div>
  )
}
