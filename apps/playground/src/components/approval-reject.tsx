/** Rejects a call, with words that the model reads. */
import { useId, useState, type ReactNode } from 'react'

export function ApprovalReject({
  onReject,
  onBack,
}: {
  readonly onReject: (message: string) => void
  readonly onBack: () => void
}): ReactNode {
  const [message, setMessage] = useState('')
  const id = useId()
  return (
    <form
      className="approval-form"
      onSubmit={(submit) => {
        submit.preventDefault()
        onReject(message.trim())
      }}
    >
      <label htmlFor={id}>Why not? The model reads this; you may leave it empty.</label>
      <input id={id} value={message} autoFocus autoComplete="off" onChange={(change) => setMessage(change.target.value)} />
      <div className="button-row">
        <button type="submit" className="button button-danger">
          Reject
        </button>
        <button type="button" className="button" onClick={onBack}>
          Back
        </button>
      </div>
    </form>
  )
}
