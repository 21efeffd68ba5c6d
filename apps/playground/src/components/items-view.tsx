/** Everything that was said and done, and what is being said now. */
import type { ReactNode } from 'react'
import { callsOf } from '../state/calls.ts'
import type { Conversation, Item, ToolCall } from '../state/types.ts'
import { ItemView } from './item-view.tsx'

const noOutput = {}

const isRunning = ({ status, nested }: ToolCall): boolean => status === 'running' || nested.some(isRunning)

/** Only these are drawn again when a running call says something. */
const hasRunning = (item: Item): boolean => item.kind === 'turn' && callsOf(item).some(isRunning)

export function ItemsView({
  items,
  streaming,
  held,
  liveOutput,
  interrupted,
}: Conversation & { readonly interrupted: boolean }): ReactNode {
  // Nobody waits for the model of a run that was interrupted. One list, so that a turn that settles stays where it is.
  return [...items, ...(streaming && !interrupted ? [streaming] : []), ...held].map((item) => (
    <ItemView key={item.key} item={item} liveOutput={hasRunning(item) ? liveOutput : noOutput} />
  ))
}
