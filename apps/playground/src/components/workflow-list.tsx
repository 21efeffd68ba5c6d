/** The workflows in the store, the newest first. */
import { useCallback, useEffect, useState, type ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import type { WorkflowSummary } from '../api/types.ts'
import { useNow } from '../hooks/use-now.ts'
import { useWorkflowFiles } from '../hooks/use-workflow-files.ts'
import { workflowAddress } from '../hooks/use-route.ts'
import { formatAge } from '../text/format.ts'
import { CodeBlock } from './code-block.tsx'
import { WorkflowForm } from './workflow-form.tsx'
import { Notice } from './notice.tsx'

const intervalMs = 3_000

const words: Readonly<Record<WorkflowSummary['status'], string>> = {
  running: 'at work',
  cut_off: 'cut off: it can go on',
  held: 'at work, or cut off',
  stopped: 'stopped: it can go on',
  completed: 'completed',
  unreadable: 'cannot be read',
}

const dots: Readonly<Record<WorkflowSummary['status'], string>> = {
  running: 'running',
  cut_off: 'interrupted',
  held: 'running',
  stopped: 'suspended',
  completed: 'completed',
  unreadable: 'failed',
}

const example = 'seamfold workflow run release.ts --input \'{"version":"1.2"}\''

const Empty = (): ReactNode => (
  <>
    <p className="panel-empty">
      No workflow was run in this store yet. A workflow is steps that your code arranges; it is drawn here while it runs, in whatever
      process.
    </p>
    <CodeBlock label="in this folder" text={example} />
  </>
)

function Entry({ workflow, now }: { readonly workflow: WorkflowSummary; readonly now: number }): ReactNode {
  const { id, name, status, steps, completed, failed, updatedAt } = workflow
  const counts = [`${completed} of ${steps} steps`, ...(failed > 0 ? [`${failed} failed`] : []), formatAge(updatedAt, now)]
  return (
    <li>
      <a href={workflowAddress(id)} className="workflow-entry">
        <i className="run-dot" data-status={dots[status]} />
        <strong>{name === '' ? id : name}</strong>
        <span>{status === 'unreadable' ? words.unreadable : [words[status], ...counts].join(' · ')}</span>
        {name !== '' && <small>{id}</small>}
      </a>
    </li>
  )
}

export function WorkflowList({ api }: { readonly api: Api }): ReactNode {
  const now = useNow(true, 30_000)
  const [workflows, setWorkflows] = useState<readonly WorkflowSummary[]>()
  const files = useWorkflowFiles(api)
  const [problem, setProblem] = useState<string>()
  const look = useCallback((): void => {
    const read = async (): Promise<void> => {
      try {
        setWorkflows(await api.workflows())
        setProblem(undefined)
      } catch (error) {
        setProblem(error instanceof Error ? error.message : String(error))
      }
    }
    void read()
  }, [api])
  useEffect(() => {
    look()
    const timer = setInterval(() => {
      if (!document.hidden) look()
    }, intervalMs)
    return () => clearInterval(timer)
  }, [look])
  return (
    <div className="parts">
      <header className="page-head">
        <h2>Workflows</h2>
        <p>Steps arranged by code, each in a session of its own.</p>
      </header>
      {files !== undefined && <WorkflowForm key={files.join()} api={api} files={files} />}
      <section aria-label="Workflows in the store">
        {problem !== undefined && <Notice tone="danger">{problem}</Notice>}
        {workflows === undefined && problem === undefined && <p className="panel-empty">Reading…</p>}
        {workflows?.length === 0 && <Empty />}
        <ul className="workflow-list">
          {workflows?.map((workflow) => (
            <Entry key={workflow.id} workflow={workflow} now={now} />
          ))}
        </ul>
      </section>
    </div>
  )
}
