/** One workflow: what it is, its graph or its steps in a list, and the step that was chosen. */
import { useMemo, useState, type ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import { useWorkflow } from '../hooks/use-workflow.ts'
import { workflowsAddress } from '../hooks/use-route.ts'
import { stepCounts, stepGroups, type WorkflowRun } from '../state/workflow.ts'
import { formatCost, formatDuration, formatTokens } from '../text/format.ts'
import { CodeBlock } from './code-block.tsx'
import { Notice } from './notice.tsx'
import { StepDetail } from './step-detail.tsx'
import { StepList } from './step-list.tsx'
import { WorkflowGraph } from './workflow-graph.tsx'

function stateWords({ ended, held, claims }: WorkflowRun): string {
  if (ended) return 'Completed'
  if (!held) return 'Stopped: run its root again to go on'
  return claims > 1 ? `At work, or cut off · claimed ${claims} times` : 'At work, or cut off'
}

function Head({ id, run }: { readonly id: string; readonly run: WorkflowRun }): ReactNode {
  const { completed, failed, open, kept } = stepCounts(run.steps.values())
  const facts = [
    stateWords(run),
    `${completed} of ${run.steps.size} steps done`,
    ...(open > 0 ? [`${open} ${run.held ? 'running' : 'open'}`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(kept > 0 ? [`${kept} from before`] : []),
    formatTokens(run.usage),
    ...(run.cost > 0 ? [formatCost(run.cost)] : []),
    formatDuration(run.updatedAt - run.startedAt),
  ]
  return (
    <header className="page-head">
      <p>
        <a href={workflowsAddress}>Workflows</a>
      </p>
      <h2>{run.name === '' ? id : run.name}</h2>
      <p className="step-facts" role="status">
        {facts.join(' · ')}
      </p>
    </header>
  )
}

const Values = ({ run: { input, output } }: { readonly run: WorkflowRun }): ReactNode => (
  <>
    {input !== undefined && input !== null && (
      <details>
        <summary>Input</summary>
        <CodeBlock text={JSON.stringify(input, null, 2)} />
      </details>
    )}
    {output !== undefined && (
      <details>
        <summary>Output</summary>
        <CodeBlock text={typeof output === 'string' ? output : JSON.stringify(output, null, 2)} />
      </details>
    )}
  </>
)

type Shown = 'graph' | 'steps'

const Switch = ({ shown, onShow }: { readonly shown: Shown; readonly onShow: (shown: Shown) => void }): ReactNode => (
  <div className="switch" role="group" aria-label="Show the workflow as">
    <button type="button" aria-pressed={shown === 'graph'} onClick={() => onShow('graph')}>
      Graph
    </button>
    <button type="button" aria-pressed={shown === 'steps'} onClick={() => onShow('steps')}>
      Steps
    </button>
  </div>
)

export function WorkflowView({ api, id }: { readonly api: Api; readonly id: string }): ReactNode {
  const { run, reading, problem } = useWorkflow(api, id)
  const [shown, setShown] = useState<Shown>(() => (matchMedia('(min-width: 900px)').matches ? 'graph' : 'steps'))
  const [chosen, setChosen] = useState<string>()
  const steps = useMemo(() => [...run.steps.values()], [run.steps])
  const groups = useMemo(() => stepGroups(steps), [steps])
  const step = chosen === undefined ? undefined : run.steps.get(chosen)
  const view = { held: run.held, chosen, onChoose: setChosen }
  return (
    <div className="workflow">
      <Head id={id} run={run} />
      {problem !== undefined && <Notice tone="danger">{problem}</Notice>}
      {reading && <p className="panel-empty">Reading its log…</p>}
      <div className="workflow-bar">
        <Switch shown={shown} onShow={setShown} />
        <Values run={run} />
      </div>
      <div className="workflow-body">
        {!reading && steps.length === 0 ? (
          <p className="panel-empty">No step was begun yet.</p>
        ) : shown === 'graph' ? (
          <WorkflowGraph groups={groups} {...view} />
        ) : (
          <StepList steps={steps} {...view} />
        )}
        {step && <StepDetail step={step} held={run.held} onClose={() => setChosen(undefined)} />}
      </div>
    </div>
  )
}
