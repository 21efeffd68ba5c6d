/** The field below a conversation: sends, steers, or says what must happen first. */
import { useState, type ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import { useSessionActions } from '../hooks/session-actions.ts'
import type { Approval, Conversation } from '../state/types.ts'
import { Composer } from './composer.tsx'
import { Icon } from './icon.tsx'
import { PendingBar } from './pending-bar.tsx'

type SessionComposerProps = {
  readonly api: Api
  readonly id: string
  readonly state: Conversation
  readonly pending: readonly Approval[]
  readonly interrupted: boolean
  readonly attempt: <T>(work: Promise<T>) => Promise<T>
  readonly onSent: () => void
}

const steeringCount = ({ items, held }: Conversation): number =>
  [...items, ...held].reduce((count, item) => count + (item.kind === 'injected' && item.source === 'steering' ? 1 : 0), 0)

function ResumeBar({ words }: { readonly words: string }): ReactNode {
  const { resume } = useSessionActions()
  return (
    <div className="pending-bar" role="status">
      <span>{words}</span>
      <button
        type="button"
        className="button button-primary"
        onClick={() => {
          resume().catch(() => undefined) // told by the page
        }}
      >
        <Icon name="play" size={14} /> Resume
      </button>
    </div>
  )
}

export function SessionComposer({ api, id, state, pending, interrupted, attempt, onSent }: SessionComposerProps): ReactNode {
  const { stop } = useSessionActions()
  /** How many words to the model there were in the journal when the last one was sent, plus those on their way. */
  const [expected, setExpected] = useState(0)
  const { run } = state
  const running = run?.status === 'running' && !interrupted
  const suspended = run?.status === 'suspended'
  const onItsWay = running && expected > steeringCount(state)
  const submit = async (text: string): Promise<void> => {
    if (running) {
      await attempt(api.steer(id, text))
      setExpected((before) => Math.max(before, steeringCount(state)) + 1)
    } else await attempt(api.send(id, text))
    onSent()
  }
  const blocked = interrupted || suspended
  const placeholder = running ? 'Steer: it reads this before its next turn' : blocked ? 'Answer or resume first' : 'Say what to do next'
  return (
    <>
      {pending.length > 0 && <PendingBar pending={pending} />}
      {interrupted && <ResumeBar words="Its program ended before the run did. Nothing that was done is done again." />}
      {suspended && pending.length === 0 && <ResumeBar words="Everything was answered." />}
      {onItsWay && (
        <p className="on-its-way" role="status">
          On its way: the model reads it before its next turn.
        </p>
      )}
      <Composer
        mode={running ? 'steer' : blocked ? 'blocked' : 'send'}
        placeholder={placeholder}
        onSubmit={submit}
        stopping={run?.stopping ?? false}
        onStop={
          running || blocked
            ? () => {
                stop().catch(() => undefined) // told by the page
              }
            : undefined
        }
      />
    </>
  )
}
