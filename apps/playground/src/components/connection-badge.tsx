/** Says when the page and the session have lost each other. */
import type { ReactNode } from 'react'
import type { Connection } from '../api/follow.ts'

export function ConnectionBadge({ connection }: { readonly connection: Connection }): ReactNode {
  if (connection.state === 'live') return null
  const words = { connecting: 'Connecting', lost: 'Connection lost, trying again', refused: 'Not connected' }[connection.state]
  return (
    <span
      className="connection"
      data-state={connection.state}
      role="status"
      title={'message' in connection ? connection.message : undefined}
    >
      {words}
    </span>
  )
}
