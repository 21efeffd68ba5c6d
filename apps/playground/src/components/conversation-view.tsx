/** One session: the conversation as it happens, what one can do about it, and its journal. */
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import type { About, SessionSummary } from '../api/types.ts'
import { FactsContext } from '../hooks/facts.ts'
import { SessionActionsContext } from '../hooks/session-actions.ts'
import { StudioContext, type Studio } from '../hooks/studio.ts'
import { useAttempt } from '../hooks/use-attempt.ts'
import { useConversation } from '../hooks/use-conversation.ts'
import { useSessionActionsOf } from '../hooks/use-session-actions-of.ts'
import { useStickToEnd } from '../hooks/use-stick-to-end.ts'
import { refusalWords } from '../text/refusal-words.ts'
import { ConversationHead } from './conversation-head.tsx'
import { ForkDialog } from './fork-dialog.tsx'
import { Icon } from './icon.tsx'
import { ItemsView } from './items-view.tsx'
import { JournalPanel } from './journal-panel.tsx'
import { Notice } from './notice.tsx'
import { RequestDialog } from './request-dialog.tsx'
import { SessionComposer } from './session-composer.tsx'

type ConversationViewProps = {
  readonly api: Api
  readonly id: string
  readonly about: About | undefined
  readonly summary: SessionSummary | undefined
  readonly journalOpen: boolean
  readonly onJournal: (open: boolean) => void
  /** Something changed that the list should show. */
  readonly onChanged: () => void
}

const ToEnd = ({ onClick }: { readonly onClick: () => void }): ReactNode => (
  <button type="button" className="to-end" onClick={onClick}>
    <Icon name="arrowDown" size={14} /> Newest
  </button>
)

/** What a model says piece by piece is told by the process that asked it, and stored turn by turn. */
const Elsewhere = ({ child }: { readonly child: boolean }): ReactNode => (
  <p className="elsewhere" role="status">
    {child ? 'The agent of this task' : 'Another program'} is at work in this session. What it does shows here at once, what its model says
    at the end of each turn.
  </p>
)

export function ConversationView({ api, id, about, summary, journalOpen, onJournal, onChanged }: ConversationViewProps): ReactNode {
  const { state, live, connection } = useConversation(api, id)
  const { problem, forget, attempt } = useAttempt()
  const { scroller, content, atEnd, toEnd } = useStickToEnd()
  const { run } = state
  const actions = useSessionActionsOf({ api, id, attempt, onChanged })
  // The list tells whether a run is under way, so it is read again whenever the journal says that something about a run changed.
  const { id: runId, status } = run ?? {}
  useEffect(() => {
    if (runId !== undefined && status !== undefined) onChanged()
  }, [runId, status, onChanged])
  const [request, setRequest] = useState<string>()
  const [fork, setFork] = useState<string>()
  const studio = useMemo<Studio>(() => ({ showRequest: setRequest, forkFrom: setFork }), [])
  const missing = connection.state === 'refused' && state.facts.length === 0
  const interrupted = run?.status === 'running' && summary?.status === 'unfinished' && !summary.active && summary.elsewhere !== true
  return (
    <SessionActionsContext value={actions}>
      <FactsContext value={state.facts}>
        <StudioContext value={studio}>
          <section className="conversation" aria-label="Conversation">
            <ConversationHead {...{ state, connection, interrupted, journalOpen, onJournal }} id={id} parent={summary?.parent?.id} />
            <div className="conversation-scroll" ref={scroller}>
              <div className="conversation-content" ref={content}>
                {connection.state === 'refused' && <Notice tone="danger">{refusalWords(connection, id)}</Notice>}
                <ItemsView {...state} {...{ interrupted, scroller }} />
                {run?.status === 'running' && summary?.elsewhere === true && <Elsewhere child={summary.child === true} />}
              </div>
            </div>
            {!missing && (
              <SessionComposer
                {...{ api, id, state, interrupted, attempt, problem }}
                onForget={forget}
                onSent={toEnd}
                above={!atEnd && <ToEnd onClick={toEnd} />}
              />
            )}
          </section>
          {journalOpen && !missing && <JournalPanel facts={state.facts} live={live} about={about} onClose={() => onJournal(false)} />}
          {fork !== undefined && <ForkDialog cursor={fork} about={about} onClose={() => setFork(undefined)} />}
          {request !== undefined && <RequestDialog cursor={request} onClose={() => setRequest(undefined)} />}
        </StudioContext>
      </FactsContext>
    </SessionActionsContext>
  )
}
