/** One step of a workflow: how it stands, what it came to, and the way into its session. */
import type { Usage } from '@seamfold/core/kit'
import type { ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import { useNow } from '../hooks/use-now.ts'
import { sessionAddress } from '../hooks/use-route.ts'
import { useStored } from '../hooks/use-stored.ts'
import { taskIdOf, type WorkflowStep } from '../state/workflow.ts'
import { formatCost, formatDuration, formatElapsed, formatTokens } from '../text/format.ts'
import { CodeBlock } from './code-block.tsx'
import { Icon } from './icon.tsx'
import { Markdown } from './markdown.tsx'
import { SessionElsewhere } from './session-elsewhere.tsx'
import { StepRequests } from './step-requests.tsx'
import { stepTone, stepWords } from './step-mark.tsx'

type StepDetailProps = {
  readonly api: Api
  readonly step: WorkflowStep
  readonly held: boolean
  readonly onAnswered: () => void
  readonly onClose: () => void
}

type SessionPlaceProps = { readonly sessionId: string; readonly stored: boolean | undefined; readonly usage: Usage | undefined }

function SessionPlace({ sessionId, stored, usage }: SessionPlaceProps): ReactNode {
  if (stored === undefined) return null
  if (!stored) return <SessionElsewhere {...{ sessionId, usage }} />
  return (
    <p>
      <a className="button button-small" href={sessionAddress(sessionId)}>
        <Icon name="journal" size={14} /> Open its session
      </a>
    </p>
  )
}

export function StepDetail({ api, step, held, onAnswered, onClose }: StepDetailProps): ReactNode {
  const { outcome, startedAt, endedAt, sessionId, key } = step
  const running = endedAt === undefined && held
  const now = useNow(running, 1_000)
  const stored = useStored(api.isStored, sessionId, !running)
  const facts = [
    stepWords(step, held),
    ...(endedAt === undefined ? (running ? [formatElapsed(now - startedAt)] : []) : [formatDuration(endedAt - startedAt)]),
    ...(outcome === undefined ? [] : [outcome.agent, formatTokens(outcome.usage)]),
    ...(outcome?.cost ? [formatCost(outcome.cost)] : []),
  ]
  return (
    <section className="step-detail" aria-label={`Step ${taskIdOf(key)}`}>
      <header className="panel-head">
        <h3>{taskIdOf(key)}</h3>
        <button type="button" className="button-icon" onClick={onClose} aria-label="Close the step">
          <Icon name="close" />
        </button>
      </header>
      <p className="step-facts" data-tone={stepTone(step)}>
        {facts.join(' · ')}
      </p>
      <SessionPlace {...{ sessionId, stored }} usage={outcome?.usage} />
      {step.status === 'waiting' && <StepRequests key={sessionId} {...{ api, sessionId, onAnswered }} />}
      {outcome?.code !== undefined && <p className="outcome-reason">{outcome.code}</p>}
      {outcome !== undefined && outcome.output !== '' && <Markdown text={outcome.output} />}
      {outcome?.structured !== undefined && <CodeBlock label="structured" text={JSON.stringify(outcome.structured, null, 2)} />}
      {outcome === undefined && step.status !== 'waiting' && (
        <p className="panel-empty">It has not ended.{stored === true && ' Its session shows what it does.'}</p>
      )}
      {key !== taskIdOf(key) && (
        <p className="panel-empty">
          <code>{key}</code>
        </p>
      )}
    </section>
  )
}
