/** Stops a workflow that is under way here, and goes on with one that is not. */
import { useState, type FormEvent, type ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import { useAttempt } from '../hooks/use-attempt.ts'
import { useWorkflowFiles } from '../hooks/use-workflow-files.ts'
import type { FollowedWorkflow } from '../hooks/use-workflow.ts'
import { FileField } from './file-field.tsx'
import { Notice } from './notice.tsx'

type WorkflowControlProps = { readonly api: Api; readonly followed: FollowedWorkflow }

const endingWords = { completed: 'It is completed.', cancelled: 'It was stopped', failed: 'It failed', suspended: 'It waits for answers.' }

function Ending({ ended }: Pick<FollowedWorkflow, 'ended'>): ReactNode {
  if (ended === undefined || ended.status === 'completed' || ended.status === 'suspended') return null
  const words = ended.words === '' ? '.' : `: ${ended.words}`
  return <Notice tone={ended.status === 'failed' ? 'danger' : 'info'}>{`${endingWords[ended.status]}${words}`}</Notice>
}

type GoOnProps = { readonly primary: boolean; readonly file: string | undefined; readonly onClick: () => void }

const GoOn = ({ primary, file, onClick }: GoOnProps): ReactNode => (
  <>
    <button type="button" className={primary ? 'button button-primary' : 'button'} onClick={onClick}>
      Go on with it{file === undefined ? '…' : ''}
    </button>
    {file !== undefined && (
      <p className="step-facts">
        from <code>{file}</code>
      </p>
    )}
  </>
)

/** The file that it is likely to be in: one of its name, or the only one. */
const likely = (files: readonly string[], name: string): string | undefined =>
  files.find((file) => file.slice(file.lastIndexOf('/') + 1, file.lastIndexOf('.')) === name) ?? (files.length === 1 ? files[0] : undefined)

export function WorkflowControl({ api, followed: { id, run, status, waiting, here, file, ended } }: WorkflowControlProps): ReactNode {
  const files = useWorkflowFiles(api)
  const { problem, attempt, forget } = useAttempt()
  const [typed, setTyped] = useState<string>()
  const [asking, setAsking] = useState(false)
  const given = typed ?? file ?? likely(files ?? [], run.name) ?? ''
  const goOn = (from: string): void => {
    setAsking(false)
    // Its words are shown, and another file may do.
    attempt(api.goOn(id, { file: from, name: run.name })).catch(() => setAsking(true))
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    goOn(given.trim())
  }
  const resumable = !here && files !== undefined && (status === 'stopped' || status === 'cut_off' || status === 'held')
  return (
    <div className="workflow-control">
      {here && (
        <button type="button" className="button" onClick={() => void attempt(api.stop(id)).catch(() => undefined)}>
          Stop the workflow
        </button>
      )}
      {resumable && !asking && (
        <GoOn primary={waiting.size === 0} file={file} onClick={() => (file === undefined ? setAsking(true) : goOn(file))} />
      )}
      {resumable && asking && (
        <form className="conformance-form" onSubmit={submit}>
          <FileField files={files} value={given} onChange={setTyped} />
          <button type="submit" className="button button-primary" disabled={given.trim() === ''}>
            Go on
          </button>
        </form>
      )}
      {problem !== undefined && (
        <Notice tone="danger" onDismiss={forget}>
          {problem}
        </Notice>
      )}
      {!here && <Ending ended={ended} />}
    </div>
  )
}
