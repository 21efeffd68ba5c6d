/** A window over the page: keeps the keyboard inside, closes with Escape, and gives the focus back. */
import { useLayoutEffect, useId, useRef, type ReactNode } from 'react'
import { Icon } from './icon.tsx'

type DialogProps = { readonly title: ReactNode; readonly onClose: () => void; readonly children: ReactNode; readonly wide?: boolean }

export function Dialog({ title, onClose, children, wide = false }: DialogProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  // Closed while it still stands in the page: only then the focus goes back to where it was.
  useLayoutEffect(() => {
    const element = dialog.current
    if (element?.open === false) element.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className="dialog"
      data-wide={wide}
      aria-labelledby={id}
      onCancel={(cancel) => {
        cancel.preventDefault()
        onClose()
      }}
      // Escape closes this window and nothing behind it.
      onKeyDown={(press) => press.key === 'Escape' && press.stopPropagation()}
      onClick={(click) => click.target === dialog.current && onClose()}
    >
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="button-icon" onClick={onClose} aria-label="Close">
          <Icon name="close" />
        </button>
      </header>
      <div className="dialog-body">{children}</div>
    </dialog>
  )
}
