/** Everything that was said and done, and what is being said now: only what is in view is drawn, however long it is. */
import { useVirtualizer } from '@tanstack/react-virtual'
import type { ReactNode, RefObject } from 'react'
import { InterruptedContext } from '../hooks/interrupted.ts'
import { callsOf } from '../state/calls.ts'
import type { Conversation, Item, ToolCall } from '../state/types.ts'
import { ItemView } from './item-view.tsx'

const noOutput = {}

const isRunning = ({ status, nested }: ToolCall): boolean => status === 'running' || nested.some(isRunning)

/** Only these are drawn again when a running call says something. */
const hasRunning = (item: Item): boolean => item.kind === 'turn' && callsOf(item).some(isRunning)

/** Pixels, before an item was drawn once. */
const guesses: Readonly<Record<Item['kind'], number>> = {
  prompt: 84,
  turn: 150,
  injected: 84,
  edit: 26,
  outcome: 44,
  recovery: 110,
  branch: 40,
}

/** Items that are drawn beyond the edges: enough that a fast wheel meets no empty page. */
const overscan = 8

type ItemsViewProps = Conversation & { readonly interrupted: boolean; readonly scroller: RefObject<HTMLDivElement | null> }

export function ItemsView({ items, streaming, held, liveOutput, interrupted, scroller }: ItemsViewProps): ReactNode {
  // Nobody waits for the model of a run that was interrupted. One list, so that a turn that settles stays where it is.
  const all = [...items, ...(streaming && !interrupted ? [streaming] : []), ...held]
  // oxlint-disable-next-line react/incompatible-library -- no compiler is used, which this warns of
  const virtualizer = useVirtualizer({
    count: all.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => guesses[all[index]?.kind ?? 'turn'],
    getItemKey: (index) => all[index]?.key ?? index,
    overscan,
  })
  const rows = virtualizer.getVirtualItems()
  return (
    <InterruptedContext value={interrupted}>
      <div className="items" style={{ height: virtualizer.getTotalSize() }}>
        <div className="items-window" style={{ transform: `translateY(${rows[0]?.start ?? 0}px)` }}>
          {rows.map(({ index, key }) => {
            const item = all[index]
            return (
              item && (
                <div key={key} className="item" data-index={index} ref={virtualizer.measureElement}>
                  <ItemView item={item} liveOutput={hasRunning(item) ? liveOutput : noOutput} />
                </div>
              )
            )
          })}
        </div>
      </div>
    </InterruptedContext>
  )
}
