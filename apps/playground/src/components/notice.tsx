/** A word about something that went wrong or wants attention, with the way out. */
import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

type NoticeProps = {
  readonly tone: 'warning' | 'danger' | 'info'
  readonly children: ReactNode
  readonly action?: ReactNode
  readonly onDismiss?: () => void
}

export function Notice({ tone, children, action, onDismiss }: NoticeProps): ReactNode {
  return (
    <div className={`notice notice-${tone}`} role={tone === 'danger' ? 'alert' : 'status'}>
      <Icon name="alert" />
      <div className="notice-text">{children}</div>
      {action}
      {onDismiss && (
        <button type="button" className="button-icon" onClick={onDismiss} aria-label="Dismiss">
          <Icon name="close" />
        </button>
      )}
    </div>
  )
}
