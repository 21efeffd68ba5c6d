/** A fork with changes: another prompt, another result of a call, another model, policy or instructions; then it runs. */
import { useMemo, useState, type FormEvent, type ReactNode } from 'react'
import type { About, ForkChange } from '../api/types.ts'
import { useFacts } from '../hooks/facts.ts'
import { useSessionActions } from '../hooks/session-actions.ts'
import { editableText, forkPlan, type ForkPlan } from '../state/fork-plan.ts'
import { AgentFields, Field, ResultField, type Change, type Draft } from './fork-fields.tsx'
import { Dialog } from './dialog.tsx'
import { Notice } from './notice.tsx'

type ForkDialogProps = { readonly cursor: string; readonly about: About | undefined; readonly onClose: () => void }

const emptyDraft = ({ prompt = '', call }: ForkPlan): Draft => ({
  say: prompt,
  result: (call && editableText(call.result.content)) ?? '',
  isError: call?.result.isError === true,
  model: '',
  mode: '',
  instructions: '',
  rules: '',
  compare: true,
})

function changeOf({ model, mode, instructions, rules }: Draft): { readonly change?: ForkChange } {
  const lines = rules.split('\n').filter((line) => line.trim() !== '')
  const change = {
    ...(model.trim() === '' ? {} : { model: model.trim() }),
    ...(mode === '' ? {} : { mode }),
    ...(lines.length === 0 ? {} : { rules: lines }),
    ...(instructions.trim() === '' ? {} : { instructions: instructions.trim() }),
  }
  return Object.keys(change).length === 0 ? {} : { change }
}

/** A result with images stays as it was: its text alone would not be what the model saw. */
function resultsOf({ call, results }: ForkPlan, { result, isError }: Draft): ForkPlan['results'] {
  if (call === undefined) return results
  const content = editableText(call.result.content) === undefined ? call.result.content : result
  return { ...results, [call.callId]: { content, ...(isError ? { isError } : {}) } }
}

function ForkForm({ plan, about, onClose }: Omit<ForkDialogProps, 'cursor'> & { readonly plan: ForkPlan }): ReactNode {
  const { fork } = useSessionActions()
  const [draft, setDraft] = useState(() => emptyDraft(plan))
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const change: Change = (part) => setDraft((before) => ({ ...before, ...part }))
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    try {
      const { compare, say } = draft
      await fork(plan.at, { goOn: plan.goesOn, say: say.trim(), compare, results: resultsOf(plan, draft), ...changeOf(draft) })
      onClose()
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
      setBusy(false)
    }
  }
  return (
    <form className="fork-form" onSubmit={(event) => void submit(event)}>
      {problem !== undefined && <Notice tone="danger">{problem}</Notice>}
      <ResultField {...{ plan, draft, change }} />
      <Field label={plan.goesOn ? 'Say something before it goes on, or leave it empty' : 'Prompt'}>
        {(id) => <textarea id={id} rows={plan.goesOn ? 2 : 4} value={draft.say} onChange={({ target }) => change({ say: target.value })} />}
      </Field>
      <AgentFields {...{ about, draft, change }} />
      <p className="panel-empty">The session that you fork from stays as it is. Files in the workspace are those of now.</p>
      <div className="button-row">
        <button type="submit" className="button button-primary" disabled={busy || (!plan.goesOn && draft.say.trim() === '')}>
          {busy ? 'Forking…' : 'Fork and run'}
        </button>
        <label className="check">
          <input type="checkbox" checked={draft.compare} onChange={({ target }) => change({ compare: target.checked })} /> Show both side by
          side
        </label>
      </div>
    </form>
  )
}

export function ForkDialog({ cursor, about, onClose }: ForkDialogProps): ReactNode {
  const facts = useFacts()
  // What arrives meanwhile changes nothing of what somebody is editing.
  const [plan] = useState(() => forkPlan(facts, cursor))
  const title = useMemo(() => `Fork at ${facts.find((fact) => fact.cursor === cursor)?.event.type ?? 'this fact'}`, [facts, cursor])
  return (
    <Dialog title={title} onClose={onClose}>
      {plan === undefined ? (
        <p className="panel-empty">There is nothing before this fact to share.</p>
      ) : (
        <ForkForm {...{ plan, about, onClose }} />
      )}
    </Dialog>
  )
}
