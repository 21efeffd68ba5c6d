/** The left side: who we are, a way to start, and the sessions. */
import type { ReactNode } from 'react'
import type { About } from '../api/types.ts'
import { goTo, partsAddress, workflowsAddress } from '../hooks/use-route.ts'
import type { AgentControl } from '../hooks/use-agent.ts'
import type { Listed } from '../hooks/use-sessions.ts'
import { Icon } from './icon.tsx'
import { Notice } from './notice.tsx'
import { ProcessBar } from './process-bar.tsx'
import { SessionList } from './session-list.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

type SidebarProps = {
  readonly about: About | undefined
  readonly listed: Listed
  readonly agent: AgentControl
  readonly selected: string | undefined
  readonly onChoose: () => void
  /** The way to the keys that the page knows. */
  readonly keys: ReactNode
}

export function Sidebar({ about, listed, agent, selected, onChoose, keys }: SidebarProps): ReactNode {
  const begin = (): void => {
    goTo(undefined)
    onChoose()
  }
  return (
    <nav className="sidebar" aria-label="Sessions">
      <header className="panel-head">
        <p className="brand">
          <span className="brand-mark" aria-hidden="true" />
          Seamfold
        </p>
        {keys}
        <ThemeSwitch />
      </header>
      <button type="button" className="button button-wide" onClick={begin}>
        <Icon name="plus" /> New session
      </button>
      {listed.error && listed.loaded && <Notice tone="danger">{listed.error.message}</Notice>}
      <SessionList listed={listed} chosen={selected} onChoose={onChoose} />
      <ProcessBar {...agent} />
      {about && (
        <footer className="sidebar-foot">
          <a className="head-link" href={workflowsAddress} onClick={onChoose}>
            <Icon name="flow" size={14} /> Workflows
          </a>
          <a className="head-link" href={partsAddress} onClick={onChoose}>
            <Icon name="parts" size={14} /> Parts, code and conformance
          </a>
          <p>
            <strong>{about.model}</strong>
            {about.simulated && <span className="tag">simulator</span>}
          </p>
          {about.workspace !== undefined && <p title={about.workspace}>{about.workspace}</p>}
          {!about.durable && <p>Nothing is kept after the program ends.</p>}
        </footer>
      )}
    </nav>
  )
}
