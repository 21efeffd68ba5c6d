/** What the model thought, folded away; its first words are seen while it thinks. */
import { useState, type ReactNode } from 'react'
import { Icon } from './icon.tsx'

/** Characters of the newest thought that are shown while it is folded. */
const glimpse = 140

export function ReasoningView({ text, forming }: { readonly text: string; readonly forming: boolean }): ReactNode {
  const [open, setOpen] = useState(false)
  if (text.trim() === '') return forming ? <p className="reasoning-toggle">Thinking…</p> : null
  const last = text.trim().slice(-glimpse).replace(/\s+/g, ' ')
  return (
    <div className="reasoning" data-forming={forming}>
      <button type="button" className="reasoning-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="chevron" size={14} />
        <span>{forming ? 'Thinking' : 'Thought'}</span>
        {!open && forming && <span className="reasoning-glimpse">{last}</span>}
      </button>
      {open && <div className="reasoning-text">{text}</div>}
    </div>
  )
}
