/** Says why a run stands still, and lets it go on. */
import type { ReactNode } from 'react'
import { useSessionActions } from '../hooks/session-actions.ts'
import { Icon } from './icon.tsx'

export function ResumeBar({ words }: { readonly words: string }): ReactNode {
  const { resume } = useSessionActions()
  const onResume = (): void => {
    resume().catch(() => undefined) // told by the page
  }
  return (
    <div className="pending-bar" role="status">
      <span>{words}</span>
      <button type="button" className="button button-primary" onClick={onResume}>
        <Icon name="play" size={14} /> Resume
      </button>
    </div>
  )
}
