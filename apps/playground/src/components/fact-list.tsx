/** The timeline: only the lines in view are drawn, so that ten thousand are as quick as ten. */
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type KeyboardEvent, type ReactNode, type RefObject } from 'react'
import { useRem } from '../hooks/use-rem.ts'
import type { TimelineRow } from '../state/timeline.ts'
import { FactRow } from './fact-row.tsx'

type FactListProps = {
  readonly rows: readonly TimelineRow[]
  readonly origin: number
  readonly selected: string | undefined
  readonly onSelect: (cursor: string) => void
  readonly scroller: RefObject<HTMLDivElement | null>
}

/** Rem of a line; every one is as tall. */
const lineHeight = 2.75

function useLines(rows: readonly TimelineRow[], scroller: FactListProps['scroller']): Virtualizer<HTMLDivElement, Element> {
  const height = useRem() * lineHeight
  // oxlint-disable-next-line react/incompatible-library -- no compiler is used, which this warns of
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
  })
  useEffect(() => virtualizer.measure(), [height, virtualizer])
  return virtualizer
}

export function FactList({ rows, origin, selected, onSelect, scroller }: FactListProps): ReactNode {
  const list = useRef<HTMLDivElement>(null)
  const virtualizer = useLines(rows, scroller)
  const at = rows.findIndex(({ key }) => key === selected)
  useEffect(() => {
    if (at === -1) return undefined
    // The fact opens below and takes room: only then it is known what is in view.
    const frame = requestAnimationFrame(() => virtualizer.scrollToIndex(at, { align: 'auto' }))
    return () => cancelAnimationFrame(frame)
    // oxlint-disable-next-line react/exhaustive-deps -- only what is selected moves the view, not what arrives
  }, [selected])
  const onKeyDown = (press: KeyboardEvent): void => {
    const step = press.key === 'ArrowDown' ? 1 : press.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return
    press.preventDefault()
    for (let next = at + step; next >= 0 && next < rows.length; next += step) {
      const row = rows[next]
      if (row?.kind !== 'fact') continue
      onSelect(row.key)
      virtualizer.scrollToIndex(next)
      requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[aria-pressed=true]')?.focus())
      return
    }
  }
  const drawn = virtualizer.getVirtualItems()
  // One stop for the whole list: arrows go on from there.
  const stop = at === -1 ? drawn.findLast(({ index }) => rows[index]?.kind === 'fact')?.index : at
  return (
    <div ref={list} className="facts" role="list" aria-label="Facts" style={{ height: virtualizer.getTotalSize() }} onKeyDown={onKeyDown}>
      {drawn.map(({ index, key, start }) => {
        const row = rows[index]
        return (
          row && (
            <div key={key} className="fact-place" role="listitem" style={{ transform: `translateY(${start}px)` }}>
              <FactRow row={row} origin={origin} selected={row.key === selected} reachable={index === stop} onSelect={onSelect} />
            </div>
          )
        )
      })}
    </div>
  )
}
