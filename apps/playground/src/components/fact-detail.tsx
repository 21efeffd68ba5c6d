/** One fact: its JSON, what was decided about its call, and the ways on from it. */
import type { Envelope } from '@seamfold/core/kit'
import { useMemo, useState, type ReactNode } from 'react'
import { useSessionActions } from '../hooks/session-actions.ts'
import { useStudio } from '../hooks/studio.ts'
import { callStory } from '../state/call-story.ts'
import { callIdOf } from '../state/facts.ts'
import { forkPlan } from '../state/fork-plan.ts'
import { CallStoryView } from './call-story-view.tsx'
import { CodeBlock } from './code-block.tsx'
import { Icon } from './icon.tsx'

type FactDetailProps = {
  readonly facts: readonly Envelope[]
  readonly envelope: Envelope
  readonly onClose: () => void
}

/** Rewinding is asked for twice: what came after no longer counts. */
function Rewind({ to, last }: { readonly to: string; readonly last: boolean }): ReactNode {
  const { rewind } = useSessionActions()
  const [sure, setSure] = useState(false)
  if (last) return null
  const go = (): void => {
    if (!sure) return setSure(true)
    setSure(false)
    rewind(to).catch(() => undefined) // told by the page
  }
  return (
    <button type="button" className={`button button-small${sure ? ' button-danger' : ''}`} onClick={go}>
      {sure ? 'Yes, rewind: later facts stop counting' : 'Rewind to here…'}
    </button>
  )
}

function ForkButtons({ facts, cursor }: { readonly facts: readonly Envelope[]; readonly cursor: string }): ReactNode {
  const { fork } = useSessionActions()
  const { forkFrom } = useStudio()
  const plan = useMemo(() => forkPlan(facts, cursor), [facts, cursor])
  const here = (goOn: boolean) => (): void => {
    fork(cursor, { goOn }).catch(() => undefined) // told by the page
  }
  return (
    <>
      <button type="button" className="button button-small" onClick={here(false)}>
        <Icon name="branch" size={14} /> Fork here
      </button>
      {plan?.goesOn === true && (
        <button type="button" className="button button-small" onClick={here(true)}>
          <Icon name="play" size={14} /> Fork and run on
        </button>
      )}
      {plan && (
        <button type="button" className="button button-small" onClick={() => forkFrom(cursor)}>
          Fork with changes…
        </button>
      )}
    </>
  )
}

const asksModel = (type: string): boolean => type === 'turn_start' || type === 'turn_end'

export function FactDetail({ facts, envelope, onClose }: FactDetailProps): ReactNode {
  const callId = callIdOf(envelope)
  const story = useMemo(() => (callId === undefined ? undefined : callStory(facts, callId)), [facts, callId])
  const { showRequest } = useStudio()
  const { cursor, event } = envelope
  return (
    <section className="fact-detail" aria-label={`Fact ${event.type}`}>
      <header className="panel-head">
        <h3>{event.type}</h3>
        <button type="button" className="button-icon" onClick={onClose} aria-label="Close the fact">
          <Icon name="close" />
        </button>
      </header>
      <div className="fact-detail-scroll">
        <div className="button-row">
          {asksModel(event.type) && (
            <button type="button" className="button button-small" onClick={() => showRequest(cursor)}>
              <Icon name="journal" size={14} /> What the model was asked
            </button>
          )}
          <ForkButtons facts={facts} cursor={cursor} />
          <Rewind key={cursor} to={cursor} last={facts.at(-1)?.cursor === cursor} />
        </div>
        {story && <CallStoryView story={story} />}
        <CodeBlock label="JSON" text={JSON.stringify(envelope, null, 2)} />
      </div>
    </section>
  )
}
