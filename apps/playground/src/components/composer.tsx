/** Where a person writes: a prompt, or a word to a run that is under way. */
import { useEffect, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useGrowingField } from '../hooks/use-growing-field.ts'
import { ComposerButtons } from './composer-buttons.tsx'

export type ComposerProps = {
  /** `blocked`: something must be answered or resumed first. */
  readonly mode: 'send' | 'steer' | 'blocked'
  readonly placeholder: string
  /** Resolves when it was taken; rejects when it was not, and the text stays. */
  readonly onSubmit: (text: string) => Promise<void>
  readonly onStop?: (() => void) | undefined
  readonly stopping?: boolean
}

export function Composer({ mode, placeholder, onSubmit, onStop, stopping = false }: ComposerProps): ReactNode {
  const [text, setText] = useState('')
  const [sending, setSending] = useState(false)
  const field = useGrowingField(text)
  // On a wide screen people come here to type; on a phone a keyboard would cover the page.
  useEffect(() => {
    if (matchMedia('(min-width: 900px)').matches) field.current?.focus()
  }, [field])
  const ready = text.trim() !== '' && !sending && mode !== 'blocked'
  const submit = async (): Promise<void> => {
    if (!ready) return
    setSending(true)
    try {
      await onSubmit(text.trim())
      setText('')
    } catch {
      // Told beside the field by whoever gave `onSubmit`.
    }
    setSending(false)
    field.current?.focus()
  }
  const onKeyDown = (press: KeyboardEvent): void => {
    if (press.key !== 'Enter' || press.shiftKey || press.nativeEvent.isComposing) return
    press.preventDefault()
    void submit()
  }
  return (
    <form
      className="composer"
      data-mode={mode}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <textarea
        ref={field}
        rows={1}
        value={text}
        placeholder={placeholder}
        aria-label={mode === 'steer' ? 'Say something while it works' : 'Prompt'}
        onChange={(change) => setText(change.target.value)}
        onKeyDown={onKeyDown}
      />
      <ComposerButtons words={mode === 'steer' ? 'Steer' : 'Send'} ready={ready} stopping={stopping} onStop={onStop} />
    </form>
  )
}
