/** The fields of a fork: what a call came to, and what the fork runs on. */
import { useId, type ReactNode } from 'react'
import type { About } from '../api/types.ts'
import { editableText, type ForkPlan } from '../state/fork-plan.ts'

/** What stands in the fields. */
export type Draft = {
  readonly say: string
  readonly result: string
  readonly isError: boolean
  readonly model: string
  readonly mode: string
  readonly instructions: string
  /** One a line. */
  readonly rules: string
  readonly compare: boolean
}

export type Change = (change: Partial<Draft>) => void

type FieldProps = { readonly label: string; readonly children: (id: string) => ReactNode }

export function Field({ label, children }: FieldProps): ReactNode {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  )
}

export function ResultField({
  plan: { call, results },
  draft,
  change,
}: {
  readonly plan: ForkPlan
  readonly draft: Draft
  readonly change: Change
}): ReactNode {
  if (call === undefined) return null
  const others = Object.keys(results).length
  return (
    <>
      {editableText(call.result.content) === undefined ? (
        <p className="panel-empty">The result of {call.name} holds images, and stays as it was.</p>
      ) : (
        <Field label={`What ${call.name} came to: the model reads this instead, and nothing is run for it.`}>
          {(id) => (
            <textarea
              id={id}
              className="code-input"
              rows={Math.min(12, draft.result.split('\n').length + 1)}
              value={draft.result}
              spellCheck={false}
              onChange={({ target }) => change({ result: target.value })}
            />
          )}
        </Field>
      )}
      <label className="check">
        <input type="checkbox" checked={draft.isError} onChange={({ target }) => change({ isError: target.checked })} /> It failed
      </label>
      {others > 0 && (
        <p className="panel-empty">
          {others === 1 ? 'One other call of that turn keeps' : `${others} other calls of that turn keep`} what it came to.
        </p>
      )}
    </>
  )
}

type AgentFieldsProps = { readonly about: About | undefined; readonly draft: Draft; readonly change: Change }

const Model = ({ about, draft, change }: AgentFieldsProps): ReactNode => (
  <Field label="Model">
    {(id) => (
      <>
        <input
          id={id}
          list={`${id}-known`}
          value={draft.model}
          placeholder={about?.model}
          spellCheck={false}
          autoComplete="off"
          onChange={({ target }) => change({ model: target.value })}
        />
        <datalist id={`${id}-known`}>
          {about?.models?.map((model) => (
            <option key={model} value={model} />
          ))}
        </datalist>
      </>
    )}
  </Field>
)

const Mode = ({ about, draft, change }: AgentFieldsProps): ReactNode => (
  <Field label="Mode of the policy">
    {(id) => (
      <select id={id} value={draft.mode} onChange={({ target }) => change({ mode: target.value })}>
        <option value="">as it is</option>
        {about?.modes?.map((mode) => (
          <option key={mode}>{mode}</option>
        ))}
      </select>
    )}
  </Field>
)

const Rules = ({ draft, change }: AgentFieldsProps): ReactNode => (
  <Field label="More rules of the policy, one a line, such as deny exec(npm test)">
    {(id) => (
      <textarea
        id={id}
        className="code-input"
        rows={2}
        value={draft.rules}
        spellCheck={false}
        onChange={({ target }) => change({ rules: target.value })}
      />
    )}
  </Field>
)

const Instructions = ({ draft, change }: AgentFieldsProps): ReactNode => (
  <Field label="Instructions: the system prompt of runs that begin in the fork. A run that goes on keeps its own.">
    {(id) => (
      <textarea
        id={id}
        rows={3}
        value={draft.instructions}
        placeholder="as they are"
        onChange={({ target }) => change({ instructions: target.value })}
      />
    )}
  </Field>
)

/** Only where the server can make such agents. */
export function AgentFields(props: AgentFieldsProps): ReactNode {
  if (props.about?.modes === undefined) return null
  return (
    <details>
      <summary>Another model, policy or instructions</summary>
      <div className="field-row">
        <Model {...props} />
        <Mode {...props} />
      </div>
      <Rules {...props} />
      <Instructions {...props} />
    </details>
  )
}
