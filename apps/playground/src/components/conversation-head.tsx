/** The head of a conversation: how the run does, whether we are connected, and the way to the journal. */
import type { ReactNode } from 'react'
import type { Connection } from '../api/follow.ts'
import { compareAddress, sessionAddress } from '../hooks/use-route.ts'
import type { Conversation } from '../state/types.ts'
import { ConnectionBadge } from './connection-badge.tsx'
import { Icon } from './icon.tsx'
import { RunBar } from './run-bar.tsx'

type ConversationHeadProps = {
  readonly state: Conversation
  readonly connection: Connection
  readonly interrupted: boolean
  readonly journalOpen: boolean
  readonly onJournal: (open: boolean) => void
  readonly id: string
  /** The session that this one was forked from. */
  readonly parent: string | undefined
}

export function ConversationHead({ state, connection, interrupted, journalOpen, onJournal, id, parent }: ConversationHeadProps): ReactNode {
  const { parentSessionId: giver } = state.metadata
  return (
    <header className="conversation-head">
      {connection.state === 'refused' && state.facts.length === 0 ? (
        <p className="run-bar" />
      ) : (
        <RunBar state={state} interrupted={interrupted} />
      )}
      {typeof giver === 'string' && (
        <a className="head-link" href={sessionAddress(giver)}>
          <Icon name="arrowUp" size={14} /> Who gave the task
        </a>
      )}
      {parent !== undefined && (
        <a className="head-link" href={compareAddress(parent, id)}>
          <Icon name="branch" size={14} /> Compare
        </a>
      )}
      <ConnectionBadge connection={connection} />
      <button type="button" className="button-icon" aria-pressed={journalOpen} onClick={() => onJournal(!journalOpen)} aria-label="Journal">
        <Icon name="journal" />
      </button>
    </header>
  )
}
