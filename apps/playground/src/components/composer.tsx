/** Where a person writes: a prompt, or a word to a run that is under way. */
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Icon } from './icon.tsx'

export type ComposerProps = {
  /** `blocked`: something must be answered or resumed first. */
  readonly mode: 'send' | 'steer' | 'blocked'
  readonly placeholder: string
  /** Resolves when it was taken; rejects when it was not, and the text stays. */
  readonly onSubmit: (text: string) => Promise<void>
  readonly onStop?: (() => void) | undefined
  readonly stopping?: boolean
}

/** Pixels that the field may grow to. */
const maxHeight = 240

export function Composer({ mode, placeholder, onSubmit, onStop, stopping = false }: ComposerProps): ReactNode {
  const [text, setText] = useState('')
  const [sending, setSending] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => {
    const element = field.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(element.scrollHeight, maxHeight)}px`
  }, [text])
  // On a wide screen people come here to type; on a phone a keyboard would cover the page.
  useEffect(() => {
    if (matchMedia('(min-width: 900px)').matches) field.current?.focus()
  }, [])
  const ready = text.trim() !== '' && !sending && mode !== 'blocked'
  const submit = (): void => {
    if (!ready) return
    setSending(true)
    onSubmit(text.trim())
      .then(() => setText(''))
      .catch(() => undefined) // told beside the field by whoever gave `onSubmit`
      .finally(() => {
        setSending(false)
        field.current?.focus()
      })
  }
  const onKeyDown = (press: KeyboardEvent): void => {
    if (press.key !== 'Enter' || press.shiftKey || press.nativeEvent.isComposing) return
    press.preventDefault()
    submit()
  }
  return (
    <form
      className="composer"
      data-mode={mode}
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <textarea
        ref={field}
        rows={1}
        value={text}
        placeholder={placeholder}
        aria-label={mode === 'steer' ? 'Say something while it works' : 'Prompt'}
        aria-disabled={mode === 'blocked'}
        onChange={(change) => setText(change.target.value)}
        onKeyDown={onKeyDown}
      />
      {onStop && (
        <button type="button" className="button-round button-stop" onClick={onStop} disabled={stopping} aria-label={stopping ? 'Stopping' : 'Stop'} title="Stop">
          <Icon name="stop" />
        </button>
      )}
      <button type="submit" className="button-round" disabled={!ready} aria-label={mode === 'steer' ? 'Steer' : 'Send'} title={mode === 'steer' ? 'Steer' : 'Send'}>
        <Icon name="arrowUp" />
      </button>
    </form>
  )
}
