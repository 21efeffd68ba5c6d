/** A task that another system does: how its result comes, and a way to give it by hand. */
import type { Json } from '@seamfold/core/kit'
import { useId, useState, type FormEvent, type ReactNode } from 'react'

type ExternalTaskProps = {
  readonly requestId: string
  /** An answer is under way. */
  readonly sent: boolean
  readonly onReply: (result: Json) => void
  readonly onFail: (reason: string) => void
}

/** A result may be a text that is no JSON. */
function jsonOr(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

export function ExternalTask({ requestId, sent, onReply, onFail }: ExternalTaskProps): ReactNode {
  const [text, setText] = useState('')
  const id = useId()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onReply(jsonOr(text))
  }
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
            <button type="button" className="button" disabled={sent} onClick={() => onFail(text.trim())}>
              It failed
            </button>
          </div>
        </form>
      </details>
    </div>
  )
}
