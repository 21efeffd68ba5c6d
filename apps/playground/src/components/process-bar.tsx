/** The agent's process: its number, a button that kills it, and one that starts it again. */
import type { ReactNode } from 'react'
import type { AgentControl } from '../hooks/use-agent.ts'
import { Icon } from './icon.tsx'
import { Notice } from './notice.tsx'

export function ProcessBar({ agent, busy, problem, kill, start }: AgentControl): ReactNode {
  if (agent === undefined || agent.state === 'here') return null
  const running = agent.state === 'running'
  return (
    <div className="process-bar" data-state={agent.state}>
      <p role="status">
        {running ? (
          <>
            Process <strong>{agent.pid}</strong>
            {agent.starts > 1 && ` · start ${agent.starts}`}
          </>
        ) : (
          <>The agent’s process is gone: {agent.ended ?? 'it was not started'}.</>
        )}
      </p>
      {running ? (
        <button
          type="button"
          className="button button-danger button-small"
          disabled={busy}
          onClick={kill}
          title="SIGKILL, now. What was written stays."
        >
          <Icon name="bolt" size={14} /> Kill
        </button>
      ) : (
        <button type="button" className="button button-primary button-small" disabled={busy} onClick={start}>
          <Icon name="play" size={14} /> Start it again
        </button>
      )}
      {problem !== undefined && <Notice tone="danger">{problem}</Notice>}
    </div>
  )
}
