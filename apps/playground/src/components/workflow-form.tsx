/** Begins a workflow: its file, which of its workflows, and the input, checked before anything is begun. */
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import type { Json } from '@seamfold/core/kit'
import type { Api } from '../api/client.ts'
import type { WorkflowFile } from '../api/types.ts'
import { useAttempt } from '../hooks/use-attempt.ts'
import { workflowAddress } from '../hooks/use-route.ts'
import { exampleOf } from '../state/schema-example.ts'
import { CodeBlock } from './code-block.tsx'
import { FileField } from './file-field.tsx'
import { Notice } from './notice.tsx'

type InputFormProps = {
  readonly found: readonly WorkflowFile[]
  readonly busy: boolean
  readonly onRun: (name: string, input: string) => void
}

const textOf = (workflow: WorkflowFile | undefined): string => JSON.stringify(exampleOf(workflow?.input), null, 2)

function InputForm({ found, busy, onRun }: InputFormProps): ReactNode {
  const id = useId()
  const [name, setName] = useState(found[0]?.name ?? '')
  const chosen = found.find((workflow) => workflow.name === name)
  const [input, setInput] = useState(() => textOf(chosen))
  const choose = (other: string): void => {
    setName(other)
    setInput(textOf(found.find((workflow) => workflow.name === other)))
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onRun(name, input)
  }
  return (
    <form className="workflow-form" onSubmit={submit}>
      {found.length > 1 && (
        <div>
          <label htmlFor={`${id}-name`}>Workflow</label>
          <select id={`${id}-name`} value={name} onChange={({ target }) => choose(target.value)}>
            {found.map((workflow) => (
              <option key={workflow.name}>{workflow.name}</option>
            ))}
          </select>
        </div>
      )}
      <div>
        <label htmlFor={`${id}-input`}>Input of {name}, as JSON</label>
        <textarea
          id={`${id}-input`}
          rows={Math.min(12, Math.max(3, input.split('\n').length))}
          value={input}
          spellCheck={false}
          onChange={({ target }) => setInput(target.value)}
        />
      </div>
      {chosen && (
        <details>
          <summary>What it takes</summary>
          <CodeBlock label="JSON Schema" text={JSON.stringify(chosen.input, null, 2)} />
        </details>
      )}
      <button type="submit" className="button button-primary" disabled={busy}>
        {busy ? 'Beginning…' : `Run ${name}`}
      </button>
    </form>
  )
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    throw new Error(`The input is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

export function WorkflowForm({ api, files }: { readonly api: Api; readonly files: readonly string[] }): ReactNode {
  const [file, setFile] = useState(files[0] ?? '')
  const [found, setFound] = useState<{ readonly file: string; readonly workflows: readonly WorkflowFile[] }>()
  const [busy, setBusy] = useState(false)
  const { problem, attempt } = useAttempt()
  const doing = (work: () => Promise<void>): void => {
    setBusy(true)
    void attempt(work())
      .catch(() => undefined) // its words are shown
      .finally(() => setBusy(false))
  }
  const look = (event: FormEvent): void => {
    event.preventDefault()
    setFound(undefined)
    doing(async () => setFound({ file, workflows: await api.workflowsIn(file.trim()) }))
  }
  const run = (name: string, input: string): void =>
    doing(async () => {
      const { id } = await api.begin({ file: found?.file.trim() ?? '', name, input: parsed(input) })
      location.hash = workflowAddress(id)
    })
  return (
    <section aria-label="Run a workflow" className="workflow-begin">
      <h3>Run a workflow</h3>
      <form className="conformance-form" onSubmit={look}>
        <FileField files={files} value={file} onChange={setFile} />
        <button type="submit" className="button" disabled={busy || file.trim() === ''}>
          Read it
        </button>
      </form>
      {problem !== undefined && <Notice tone="danger">{problem}</Notice>}
      {found && <InputForm key={found.file} found={found.workflows} busy={busy} onRun={run} />}
    </section>
  )
}
