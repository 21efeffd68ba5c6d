/** Replaces parts of the agent: what was changed is checked, then its process is started again with it. */
import { useState, type ReactNode } from 'react'
import type { PartsControl } from '../hooks/use-parts.ts'
import type { Parts, PartsReport } from '../api/types.ts'
import { draftOf, wishOf, type PartsDraft } from '../state/parts-draft.ts'
import { BudgetPart, ExecutorPart, HooksPart, ModelPart, PolicyPart, StorePart, ToolsPart, type PartProps } from './part-fields.tsx'
import { PartsProblemNotice } from './parts-problem.tsx'

const sections: readonly { readonly title: string; readonly seam: string; readonly fields: (props: PartProps) => ReactNode }[] = [
  { title: 'Model', seam: 'LlmClient', fields: ModelPart },
  { title: 'Store', seam: 'SessionStore', fields: StorePart },
  { title: 'Executor', seam: 'AgentExecutor', fields: ExecutorPart },
  { title: 'Hooks', seam: 'HookExecutor', fields: HooksPart },
  { title: 'Policy', seam: 'PermissionPolicy', fields: PolicyPart },
  { title: 'Tools', seam: 'Tool', fields: ToolsPart },
  { title: 'Budget of a run', seam: 'Budget', fields: BudgetPart },
]

type FormProps = { readonly report: PartsReport; readonly control: PartsControl }

function Form({ report, control }: FormProps): ReactNode {
  const [draft, setDraft] = useState<PartsDraft>(() => draftOf(report.parts))
  const set = (change: Partial<PartsDraft>): void => setDraft((before) => ({ ...before, ...change }))
  const wish = wishOf(draft, report.parts)
  const changed = Object.keys(wish).length > 0
  const busy = control.busy !== undefined
  return (
    <form
      className="parts-form"
      aria-label="Parts"
      onSubmit={(event) => {
        event.preventDefault()
        control.change(wish)
      }}
    >
      {sections.map(({ title, seam, fields: Fields }) => (
        <fieldset key={title} disabled={busy}>
          <legend>
            {title} <code>{seam}</code>
          </legend>
          <Fields draft={draft} report={report} set={set} />
        </fieldset>
      ))}
      <div className="parts-apply">
        <PartsProblemNotice {...control} />
        <button type="submit" className="button button-primary" disabled={busy || !changed}>
          {control.busy === 'change' ? 'Starting it again…' : 'Use these parts'}
        </button>
        <button type="button" className="button" disabled={busy || !changed} onClick={() => setDraft(draftOf(report.parts))}>
          Take back
        </button>
        <p className="part-note">The agent’s process is started again with them. Sessions stay in the store that they are in.</p>
      </div>
    </form>
  )
}

/** Where else it can work, `own` being the folder that it was started for, if that is another one than the copy of the sample. */
function wayFrom(workspace: Parts['workspace'], own: string | undefined): readonly [Parts['workspace'], string] {
  if (workspace === 'own') return ['sample', 'Work in a fresh copy of the sample project']
  return own === undefined ? ['sample', 'Make it a fresh copy again'] : ['own', `Back to ${own}`]
}

/** The form begins anew whenever other parts are in use. */
export function PartsForm({ control }: { readonly control: PartsControl }): ReactNode {
  const { report, change, busy } = control
  if (report === undefined) return null
  const { workspace, folder } = report.parts
  const [other, words] = wayFrom(workspace, report.choices.folder)
  return (
    <>
      <p className="part-place">
        It works in <code>{folder}</code>
        {workspace === 'sample' && ', a copy of the sample project'}.{' '}
        <button type="button" className="button button-small" disabled={busy !== undefined} onClick={() => change({ workspace: other })}>
          {words}
        </button>
      </p>
      <Form key={JSON.stringify(report.parts)} report={report} control={control} />
    </>
  )
}
