/** One workflow: what it is, its graph or its steps in a list, and the step that was chosen. */
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import type { WorkflowStatus } from '../api/types.ts'
import { useWorkflow, type FollowedWorkflow } from '../hooks/use-workflow.ts'
import { workflowsAddress } from '../hooks/use-route.ts'
import { stepCounts, stepGroups, withWaiting, type WorkflowRun, type WorkflowStep } from '../state/workflow.ts'
import { formatCost, formatDuration, formatTokens } from '../text/format.ts'
import { CodeBlock } from './code-block.tsx'
import { Notice } from './notice.tsx'
import { StepDetail } from './step-detail.tsx'
import { StepList } from './step-list.tsx'
import { WorkflowControl } from './workflow-control.tsx'
import { WorkflowGraph } from './workflow-graph.tsx'

const standings: Readonly<Record<WorkflowStatus, string>> = {
  running: 'At work',
  cut_off: 'Cut off: it can go on',
  held: 'At work, or cut off',
  stopped: 'Stopped: it can go on',
  completed: 'Completed',
  unreadable: 'It cannot be read',
}

function stateWords(status: WorkflowStatus, waiting: number, claims: number): string {
  const words = status === 'stopped' && waiting > 0 ? 'Waits for you: choose the step and answer' : standings[status]
  return claims > 1 && status !== 'completed' ? `${words} · begun ${claims} times` : words
}

/** Whether somebody is, or may be, at it. */
const isHeld = (status: WorkflowStatus | undefined): boolean => status === 'running' || status === 'held'

type HeadProps = Pick<FollowedWorkflow, 'id' | 'run' | 'status'> & { readonly steps: readonly WorkflowStep[] }

function Head({ id, run, status, steps }: HeadProps): ReactNode {
  const { completed, failed, open, waiting, kept } = stepCounts(steps)
  const facts = status !== undefined && [
    stateWords(status, waiting, run.claims),
    `${completed} of ${run.steps.size} steps done`,
    ...(open > 0 ? [`${open} ${isHeld(status) ? 'running' : 'cut off'}`] : []),
    ...(waiting > 0 ? [waiting === 1 ? '1 waits for you' : `${waiting} wait for you`] : []),
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
        {facts && facts.join(' · ')}
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

type WorkflowViewProps = {
  readonly api: Api
  readonly id: string
  /** Its steps may wait for somebody now. */
  readonly onChanged: () => void
}

export function WorkflowView({ api, id, onChanged }: WorkflowViewProps): ReactNode {
  const followed = useWorkflow(api, id)
  const { run, status, waiting, reading, problem, file } = followed
  useEffect(() => {
    if (status !== undefined) onChanged()
  }, [status, onChanged])
  const [shown, setShown] = useState<Shown>(() => (matchMedia('(min-width: 900px)').matches ? 'graph' : 'steps'))
  const [chosen, setChosen] = useState<string>()
  const steps = useMemo(() => withWaiting(run.steps.values(), waiting), [run.steps, waiting])
  const groups = useMemo(() => stepGroups(steps), [steps])
  const step = steps.find(({ key }) => key === chosen)
  const held = isHeld(status)
  const onAnswered = (): void => {
    // The workflow waits for nobody else: it goes on by itself where it is known how.
    if (waiting.size <= 1 && !followed.here && file !== undefined) api.goOn(id, { file, name: run.name }).catch(() => undefined) // the button is still there
  }
  const view = { held, chosen, onChoose: setChosen }
  return (
    <div className="workflow">
      <Head id={id} run={run} status={status} steps={steps} />
      {problem !== undefined && <Notice tone="danger">{problem}</Notice>}
      {status !== undefined && <WorkflowControl api={api} followed={followed} />}
      {reading && <p className="panel-empty">Reading its log…</p>}
      {status !== undefined && (
        <div className="workflow-bar">
          <Switch shown={shown} onShow={setShown} />
          <Values run={run} />
        </div>
      )}
      <div className="workflow-body">
        {steps.length === 0 ? (
          <p className="panel-empty">{status !== undefined && 'No step was begun yet.'}</p>
        ) : shown === 'graph' ? (
          <WorkflowGraph groups={groups} {...view} />
        ) : (
          <StepList steps={steps} {...view} />
        )}
        {step && <StepDetail {...{ api, step, held, onAnswered }} onClose={() => setChosen(undefined)} />}
      </div>
    </div>
  )
}
