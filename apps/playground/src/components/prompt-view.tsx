/** What a person asked, and the ways to ask it again from there. */
import { textOf } from '@seamfold/core/kit'
import type { ReactNode } from 'react'
import { useFacts } from '../hooks/facts.ts'
import { useSessionActions } from '../hooks/session-actions.ts'
import { useStudio } from '../hooks/studio.ts'
import { forkPlan } from '../state/fork-plan.ts'
import type { PromptItem } from '../state/types.ts'
import { formatTime } from '../text/format.ts'
import { SaidView } from './said-view.tsx'

function Ways({ item }: { readonly item: PromptItem }): ReactNode {
  const facts = useFacts()
  const { fork } = useSessionActions()
  const { forkFrom } = useStudio()
  const retry = (): void => {
    const plan = forkPlan(facts, item.key)
    if (plan) fork(plan.at, { say: textOf(item) }).catch(() => undefined) // told by the page
  }
  // A fork is told words; images are not sent again.
  const whole = item.content.every(({ type }) => type === 'text')
  return (
    <span className="said-ways">
      {whole && (
        <button type="button" className="button-link" onClick={retry} title="A fork in which the same is asked again">
          Retry from here
        </button>
      )}
      <button type="button" className="button-link" onClick={() => forkFrom(item.key)} title="A fork with another prompt, model or policy">
        Change and retry…
      </button>
    </span>
  )
}

export const PromptView = ({ item }: { readonly item: PromptItem }): ReactNode => (
  <article className="said" aria-label="You">
    <SaidView content={item.content} />
    <div className="said-foot">
      <Ways item={item} />
      <time className="said-time">{formatTime(item.timestamp)}</time>
    </div>
  </article>
)
