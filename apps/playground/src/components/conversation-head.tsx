/** The head of a conversation: how the run does, whether we are connected, and the way to the journal. */
import type { ReactNode } from 'react'
import type { Connection } from '../api/follow.ts'
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
}

export function ConversationHead({ state, connection, interrupted, journalOpen, onJournal }: ConversationHeadProps): ReactNode {
  return (
    <header className="conversation-head">
      <RunBar state={state} interrupted={interrupted} />
      <ConnectionBadge connection={connection} />
      <button type="button" className="button-icon" aria-pressed={journalOpen} onClick={() => onJournal(!journalOpen)} aria-label="Journal">
        <Icon name="journal" />
      </button>
    </header>
  )
}
