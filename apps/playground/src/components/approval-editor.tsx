/** Changes the arguments of a call before it is approved. */
import type { Json } from '@seamfold/core/kit'
import { useId, useState, type ReactNode } from 'react'

type ApprovalEditorProps = { readonly args: Json; readonly onApprove: (input: Json) => void; readonly onBack: () => void }

function parse(text: string): { readonly value: Json } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) as Json }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

export function ApprovalEditor({ args, onApprove, onBack }: ApprovalEditorProps): ReactNode {
  const [text, setText] = useState(() => JSON.stringify(args, null, 2))
  const id = useId()
  const parsed = parse(text)
  const problem = 'problem' in parsed ? parsed.problem : undefined
  return (
    <div className="approval-form">
      <label htmlFor={id}>Arguments, as JSON. They are checked and judged again.</label>
      <textarea
        id={id}
        className="code-input"
        value={text}
        rows={Math.min(14, text.split('\n').length + 1)}
        spellCheck={false}
        autoFocus
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-problem`}
        onChange={(change) => setText(change.target.value)}
      />
      <p id={`${id}-problem`} className="form-problem">
        {problem}
      </p>
      <div className="button-row">
        <button
          type="button"
          className="button button-primary"
          disabled={problem !== undefined}
          onClick={() => 'value' in parsed && onApprove(parsed.value)}
        >
          Approve with these
        </button>
        <button type="button" className="button" onClick={onBack}>
          Back
        </button>
      </div>
    </div>
  )
}
