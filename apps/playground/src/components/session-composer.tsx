/** The foot of a conversation: what stands in the way, and the field that sends or steers. */
import { useMemo, useState, type ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import { useSessionActions } from '../hooks/session-actions.ts'
import type { Attempt } from '../hooks/use-attempt.ts'
import { currentPlan } from '../state/plan.ts'
import { pendingApprovals } from '../state/pending.ts'
import type { Conversation } from '../state/types.ts'
import { Composer } from './composer.tsx'
import { Notice } from './notice.tsx'
import { PlanBar } from './plan-view.tsx'
import { PendingBar } from './pending-bar.tsx'
import { ResumeBar } from './resume-bar.tsx'

type SessionComposerProps = {
  readonly api: Api
  readonly id: string
  readonly state: Conversation
  readonly interrupted: boolean
  readonly attempt: Attempt
  readonly problem: string | undefined
  readonly onForget: () => void
  readonly onSent: () => void
  readonly above: ReactNode
}

const steeringCount = ({ items, held }: Conversation): number =>
  [...items, ...held].reduce((count, item) => count + (item.kind === 'injected' && item.source === 'steering' ? 1 : 0), 0)

const placeholders = {
  steer: 'Steer: it reads this before its next turn',
  blocked: 'Answer or resume first',
  send: 'Say what to do next',
} as const

function Troubles({ state: { alerts }, problem, onForget }: Pick<SessionComposerProps, 'state' | 'problem' | 'onForget'>): ReactNode {
  return (
    <>
      {alerts.map(({ key, text, tone }) => (
        <Notice key={key} tone={tone}>
          {text}
        </Notice>
      ))}
      {problem !== undefined && (
        <Notice tone="danger" onDismiss={onForget}>
          {problem}
        </Notice>
      )}
    </>
  )
}

export function SessionComposer(props: SessionComposerProps): ReactNode {
  const { api, id, state, interrupted, attempt, onSent, above } = props
  const { stop } = useSessionActions()
  /** How many words to the model the journal will hold once it has all that were sent from here. */
  const [expected, setExpected] = useState(0)
  const pending = useMemo(() => pendingApprovals(state), [state])
  const plan = useMemo(() => currentPlan(state.items), [state.items])
  const suspended = state.run?.status === 'suspended'
  const running = state.run?.status === 'running' && !interrupted
  const mode = running ? 'steer' : interrupted || suspended ? 'blocked' : 'send'
  const submit = async (text: string): Promise<void> => {
    const count = steeringCount(state)
    await attempt(running ? api.steer(id, text) : api.send(id, text))
    if (running) setExpected((before) => Math.max(before, count) + 1)
    onSent()
  }
  const onStop = (): void => {
    stop().catch(() => undefined) // told by the page
  }
  return (
    <footer className="conversation-foot">
      {above}
      {plan && (running || interrupted || suspended) && <PlanBar plan={plan} />}
      <Troubles {...props} />
      {pending.length > 0 && <PendingBar pending={pending} />}
      {interrupted && <ResumeBar words="Its program ended before the run did. What was done is not done again." />}
      {suspended && pending.length === 0 && <ResumeBar words="Everything was answered." />}
      {running && expected > steeringCount(state) && (
        <p className="on-its-way" role="status">
          On its way: the model reads it before its next turn.
        </p>
      )}
      <Composer
        mode={mode}
        placeholder={placeholders[mode]}
        onSubmit={submit}
        stopping={state.run?.stopping ?? false}
        onStop={mode === 'send' ? undefined : onStop}
      />
    </footer>
  )
}
