/** A task that another system does: how its result comes, and a way to give it by hand. */
import type { Json } from '@seamfold/core/kit'
import type { Answer } from '../api/types.ts'
import { useId, useState, type FormEvent, type ReactNode } from 'react'

type ExternalTaskProps = {
  readonly requestId: string
  /** An answer is under way. */
  readonly sent: boolean
  readonly onAnswer: (answer: Answer) => void
}

/** A result may be a text that is no JSON. */
function jsonOr(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

export function ExternalTask({ requestId, sent, onAnswer }: ExternalTaskProps): ReactNode {
  const [text, setText] = useState('')
  const id = useId()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onAnswer({ decision: 'reply', value: jsonOr(text) })
  }
  const fail = (): void => onAnswer({ decision: 'reject', ...(text.trim() === '' ? {} : { message: text.trim() }) })
  return (
    <div className="approval" role="group" aria-label="A task of another system">
      <p className="tool-remark">
        Another system does this. Its result comes as the answer to <code>{requestId}</code>.
      </p>
      <details>
        <summary>Say by hand how it ended</summary>
        <form className="approval-form" onSubmit={submit}>
          <label htmlFor={id}>Its result, as JSON or as text, or why it failed</label>
          <textarea
            id={id}
            className="code-input"
            value={text}
            rows={Math.min(14, text.split('\n').length + 1)}
            spellCheck={false}
            onChange={({ target }) => setText(target.value)}
          />
          <div className="button-row">
            <button type="submit" className="button button-primary" disabled={sent || text.trim() === ''}>
              This is the result
            </button>
            <button type="button" className="button" disabled={sent} onClick={fail}>
              It failed
            </button>
          </div>
        </form>
      </details>
    </div>
  )
}
