/** What an edit changes, line by line. */
import { diffLines } from 'diff'
import { useMemo, type ReactNode } from 'react'
import { Visible } from './visible.tsx'

const signs = { added: '+', removed: '−', same: ' ' } as const

export function DiffView({ before, after }: { readonly before: string; readonly after: string }): ReactNode {
  const lines = useMemo(
    () =>
      diffLines(before, after).flatMap(({ value, added, removed }) => {
        const kind = added ? 'added' : removed ? 'removed' : 'same'
        return value
          .replace(/\n$/, '')
          .split('\n')
          .map((text) => ({ kind, text }) as const)
      }),
    [before, after],
  )
  return (
    <div className="diff" tabIndex={0} role="group" aria-label="Changed lines">
      {lines.map(({ kind, text }, index) => (
        <div key={index} className={`diff-${kind}`}>
          <span className="diff-sign">{signs[kind]}</span>
          <span>{text === '' ? ' ' : <Visible text={text} />}</span>
        </div>
      ))}
    </div>
  )
}
