/** Why parts were not replaced, with a way to insist where there is one. */
import type { ReactNode } from 'react'
import type { PartsControl } from '../hooks/use-parts.ts'
import { Notice } from './notice.tsx'

export function PartsProblemNotice({ problem, forget }: Pick<PartsControl, 'problem' | 'forget'>): ReactNode {
  if (problem === undefined) return null
  const action = problem.insist && (
    <button type="button" className="button button-danger button-small" onClick={problem.insist}>
      Cut it off and go on
    </button>
  )
  return (
    <Notice tone="danger" onDismiss={forget} action={action}>
      {problem.message}
    </Notice>
  )
}
