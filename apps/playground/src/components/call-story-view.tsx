/** Why a call ran, or did not: the chain of what was decided about it. */
import { useCallback, type ReactNode } from 'react'
import type { WhyQuestion } from '../api/types.ts'
import { useSessionActions } from '../hooks/session-actions.ts'
import { useAnswer } from '../hooks/use-answer.ts'
import type { CallStory } from '../state/call-story.ts'
import { Visible } from './visible.tsx'

/** Journals of older versions do not tell of what was simply allowed: the policy is asked what it says about it now. */
function Untold({ story }: { readonly story: CallStory }): ReactNode {
  const { why } = useSessionActions()
  const { name, args, accesses } = story
  // Facts that arrive make the story anew; the question stays the same.
  const question = JSON.stringify({ tool: name, args, accesses: accesses ?? [] })
  const { value: judgement } = useAnswer(useCallback(() => why(JSON.parse(question) as WhyQuestion), [why, question]))
  return (
    <li data-tone="good">
      <strong>Let through by the policy</strong>
      <span>
        an older version wrote this, and not by which rule
        {judgement !== undefined && `; judged now it says ${judgement.decision}: ${judgement.reason}`}
      </span>
    </li>
  )
}

export function CallStoryView({ story }: { readonly story: CallStory }): ReactNode {
  const runs = story.steps.findIndex(({ title }) => /^(Attempt|Waited)/.test(title))
  return (
    <section className="story" aria-label={`Decisions about ${story.name}`}>
      <h3>
        {story.name} <small>{story.callId}</small>
      </h3>
      <ol>
        {story.steps.map(({ key, title, detail, tone }, index) => (
          <StoryLine key={key} {...{ title, detail, tone }} before={story.untold && index === runs ? <Untold story={story} /> : null} />
        ))}
      </ol>
    </section>
  )
}

type StoryLineProps = { readonly title: string; readonly detail: string; readonly tone: string; readonly before: ReactNode }

const StoryLine = ({ title, detail, tone, before }: StoryLineProps): ReactNode => (
  <>
    {before}
    <li data-tone={tone}>
      <strong>{title}</strong>
      <span>
        <Visible text={detail} />
      </span>
    </li>
  </>
)
