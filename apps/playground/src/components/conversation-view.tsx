/** One session: the conversation as it happens, what one can do about it, and its journal. */
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react'
import { ApiError, type Api } from '../api/client.ts'
import type { SessionSummary } from '../api/types.ts'
import { SessionActionsContext, type SessionActions } from '../hooks/session-actions.ts'
import { useConversation } from '../hooks/use-conversation.ts'
import { useStickToEnd } from '../hooks/use-stick-to-end.ts'
import { callsOf } from '../state/calls.ts'
import { pendingApprovals } from '../state/pending.ts'
import type { Item, ToolCall } from '../state/types.ts'
import { ConnectionBadge } from './connection-badge.tsx'
import { Icon } from './icon.tsx'
import { ItemView } from './item-view.tsx'
import { JournalPanel } from './journal-panel.tsx'
import { Notice } from './notice.tsx'
import { RunBar } from './run-bar.tsx'
import { SessionComposer } from './session-composer.tsx'

type ConversationViewProps = {
  readonly api: Api
  readonly id: string
  readonly summary: SessionSummary | undefined
  readonly journalOpen: boolean
  readonly onJournal: (open: boolean) => void
  /** Something changed that the list should show. */
  readonly onChanged: () => void
}

const noOutput = {}

const isRunning = ({ status, nested }: ToolCall): boolean => status === 'running' || nested.some(isRunning)

/** Only these are drawn again when a running call says something. */
const hasRunning = (item: Item): boolean => item.kind === 'turn' && callsOf(item).some(isRunning)

/** Does something to the session, and keeps the words of what went wrong. */
function useTold(): { readonly problem: string | undefined; readonly tell: (problem?: string) => void; readonly attempt: <T>(work: Promise<T>) => Promise<T> } {
  const [problem, tell] = useState<string>()
  const attempt = useCallback(async <T,>(work: Promise<T>): Promise<T> => {
    try {
      const result = await work
      tell(undefined)
      return result
    } catch (error) {
      tell(error instanceof ApiError ? error.message : String(error))
      throw error
    }
  }, [])
  return { problem, tell, attempt }
}

export function ConversationView({ api, id, summary, journalOpen, onJournal, onChanged }: ConversationViewProps): ReactNode {
  const { state, connection } = useConversation(api, id)
  const { problem, tell, attempt } = useTold()
  const { scroller, content, atEnd, toEnd } = useStickToEnd()
  const { run } = state
  const actions = useMemo<SessionActions>(
    () => ({
      answer: (requestId, answer) => attempt(api.answer(id, requestId, answer)),
      resume: async () => {
        await attempt(api.resume(id))
        onChanged()
      },
      stop: () => attempt(api.cancel(id)),
    }),
    [api, id, attempt, onChanged],
  )
  // The list tells whether a run is under way, so it is read again whenever the journal says that something about a run changed.
  useEffect(onChanged, [run?.id, run?.status, onChanged])
  const pending = useMemo(() => pendingApprovals(state), [state])
  const interrupted = run?.status === 'running' && summary?.status === 'unfinished' && !summary.active
  return (
    <SessionActionsContext value={actions}>
      <section className="conversation" aria-label="Conversation">
        <header className="conversation-head">
          <RunBar state={state} interrupted={interrupted} />
          <ConnectionBadge connection={connection} />
          <button type="button" className="button-icon" aria-pressed={journalOpen} onClick={() => onJournal(!journalOpen)} aria-label="Journal" title="Journal">
            <Icon name="journal" />
          </button>
        </header>
        <div className="conversation-scroll" ref={scroller}>
          <div className="conversation-content" ref={content}>
            {connection.state === 'refused' && <Notice tone="danger">{connection.message}</Notice>}
            {/* One list, so that a turn that settles stays where it is. */}
            {[...state.items, ...(state.streaming ? [state.streaming] : []), ...state.held].map((item) => (
              <ItemView key={item.key} item={item} liveOutput={hasRunning(item) ? state.liveOutput : noOutput} />
            ))}
          </div>
        </div>
        {!atEnd && (
          <button type="button" className="to-end" onClick={toEnd}>
            <Icon name="arrowDown" size={14} /> Newest
          </button>
        )}
        <footer className="conversation-foot">
          {state.alerts.map(({ key, text, tone }) => (
            <Notice key={key} tone={tone}>
              {text}
            </Notice>
          ))}
          {problem !== undefined && (
            <Notice tone="danger" onDismiss={() => tell()}>
              {problem}
            </Notice>
          )}
          <SessionComposer api={api} id={id} state={state} pending={pending} interrupted={interrupted} attempt={attempt} onSent={toEnd} />
        </footer>
      </section>
      {journalOpen && <JournalPanel facts={state.facts} onClose={() => onJournal(false)} />}
    </SessionActionsContext>
  )
}
