/** The state of a call at a glance: a sign, and the same in words. */
import type { ReactNode } from 'react'
import { useInterrupted } from '../hooks/interrupted.ts'
import type { ToolCall } from '../state/types.ts'
import { Icon, type IconName } from './icon.tsx'

const failures: Readonly<Record<string, string>> = {
  cancelled: 'stopped',
  permission_denied: 'denied',
  rejected: 'rejected',
  timeout: 'timed out',
  unknown_outcome: 'cut off, end unknown',
}

/** `interrupted`: nobody is at its run. */
export const callStateWords = ({ status, errorKind = '', denied, approval }: ToolCall, interrupted: boolean): string => {
  if (status === 'failed') {
    if (denied !== undefined) return 'denied'
    return approval?.state === 'rejected' ? 'rejected' : (failures[errorKind] ?? 'failed')
  }
  if (interrupted && status === 'running') return 'cut off'
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
  const interrupted = useInterrupted()
  const icon = interrupted && call.status === 'running' ? 'alert' : icons[call.status]
  return (
    <span className="call-state" data-status={call.status}>
      {icon ? <Icon name={icon} size={13} /> : <span className="call-dot" />}
      <span className="visually-hidden">{callStateWords(call, interrupted)}</span>
    </span>
  )
}
