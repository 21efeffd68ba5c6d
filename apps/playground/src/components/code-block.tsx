/** A block of code or output that scrolls by itself, with a button to copy it. */
import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'
import { Visible } from './visible.tsx'

type CodeBlockProps = {
  readonly text: string
  readonly label?: string | undefined
  readonly tone?: 'plain' | 'danger'
  readonly tail?: boolean
  /** Show what cannot be seen as escapes. */
  readonly exact?: boolean
}

export function CodeBlock({ text, label, tone = 'plain', tail = false, exact = false }: CodeBlockProps): ReactNode {
  return (
    <div className={`code-block code-block-${tone}`} data-labelled={label !== undefined}>
      {label !== undefined && <span className="code-label">{label}</span>}
      {/* Scrollable regions can be reached by keyboard. */}
      <pre tabIndex={0} className={tail ? 'code-tail' : undefined} aria-label={label ?? 'code'} role="group">
        <code>{exact ? <Visible text={text} /> : text}</code>
      </pre>
      <CopyButton text={text} />
    </div>
  )
}
