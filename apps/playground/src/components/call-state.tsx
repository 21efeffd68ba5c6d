/** The state of a call at a glance: a sign, and the same in words. */
import type { ReactNode } from 'react'
import type { ToolCall } from '../state/types.ts'
import { Icon, type IconName } from './icon.tsx'

export const callStateWords = ({ status, errorKind, denied, approval }: ToolCall): string => {
  if (status === 'failed') {
    if (denied !== undefined || errorKind === 'permission_denied') return 'denied'
    return approval?.state === 'rejected' ? 'rejected' : 'failed'
  }
  const words = {
    forming: 'writing',
    pending: 'next',
    waiting: 'needs you',
    running: 'running',
    succeeded: 'done',
    abandoned: 'not finished',
  }
  return words[status]
}

const icons: Readonly<Record<ToolCall['status'], IconName | undefined>> = {
  forming: undefined,
  pending: undefined,
  waiting: 'pause',
  running: undefined,
  succeeded: 'check',
  failed: 'close',
  abandoned: 'alert',
}

export function CallState({ call }: { readonly call: ToolCall }): ReactNode {
  const icon = icons[call.status]
  return (
    <span className="call-state" data-status={call.status}>
      {icon ? <Icon name={icon} size={13} /> : <span className="call-dot" />}
      <span className="visually-hidden">{callStateWords(call)}</span>
    </span>
  )
}
