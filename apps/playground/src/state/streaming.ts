/** The turn that the model is in: builds it from deltas and snapshots, and lets nothing be doubled. */
import type { LiveEvent, SnapshotBlock } from '@seamfold/core/kit'
import type { ToolCall, Turn, TurnPart } from './types.ts'

type Place = { readonly runId: string; readonly turn: number; readonly attempt: number; readonly timestamp: number }

export const turnKey = (runId: string, turn: number): string => `${runId}/turn-${turn}`

/** A part has the same key in every attempt and in the settled turn, so that a page changes it in place. */
const callKey = (key: string, block: number): string => `${key}/call-${block}`

export const emptyTurn = ({ runId, turn, attempt, timestamp }: Place): Turn => ({
  kind: 'turn',
  key: turnKey(runId, turn),
  runId,
  turn,
  attempt,
  provisional: true,
  parts: [],
  startedAt: timestamp,
})

type TurnEvent = Extract<LiveEvent, { turn: number }>

/** Fold one live event into the turn in progress. What belongs to another attempt is over: a fact begins each attempt. */
export function foldStreaming(turn: Turn, event: TurnEvent, timestamp: number): Turn {
  if (turn.attempt !== event.attempt) return turn
  switch (event.type) {
    case 'turn_snapshot':
      return { ...turn, parts: event.blocks.map((block, index) => partOf(turn.key, block, index)) }
    case 'tool_start':
      return withPart(turn, event.block, (part) => part ?? { type: 'call', call: formingCall(turn.key, event.block, event) })
    case 'tool_input_delta':
      return withPart(turn, event.block, (part) => growCall(part, event.start, event.delta))
    case 'text_delta':
      return withPart(turn, event.block, (part) => growText(part, 'text', event))
    case 'reasoning_delta':
      return withPart(turn, event.block, (part) => growText(part, 'reasoning', event))
    case 'model_retry':
      return { ...turn, retry: { code: event.code, message: event.message, delayMs: event.delayMs, timestamp } }
  }
}

function partOf(key: string, block: SnapshotBlock, index: number): TurnPart {
  if (block.type !== 'tool_use') return { type: block.type, text: block.text }
  return { type: 'call', call: { ...formingCall(key, index, block), inputText: block.inputText } }
}

const formingCall = (key: string, block: number, { id, name }: { readonly id: string; readonly name: string }): ToolCall => ({
  key: callKey(key, block),
  id,
  name,
  status: 'forming',
  inputText: '',
  nested: [],
})

/** Blocks come in order; a gap would be a block whose start this reader has not seen, and is filled with nothing to show. */
function withPart(turn: Turn, block: number, change: (part: TurnPart | undefined) => TurnPart | undefined): Turn {
  const changed = change(turn.parts[block])
  if (changed === undefined || changed === turn.parts[block]) return turn
  const parts = turn.parts.slice()
  while (parts.length < block) parts.push({ type: 'text', text: '' })
  parts[block] = changed
  return { ...turn, parts }
}

/** Text that the reader had is skipped, and a delta behind a gap waits for the snapshot or the end of the turn. */
const grow = (had: string, start: number, delta: string): string => (start > had.length ? had : had + delta.slice(had.length - start))

function growText(
  part: TurnPart | undefined,
  type: 'text' | 'reasoning',
  { start, text }: { readonly start: number; readonly text: string },
): TurnPart {
  const had = part?.type === type ? part.text : ''
  return { type, text: grow(had, start, text) }
}

function growCall(part: TurnPart | undefined, start: number, delta: string): TurnPart | undefined {
  if (part?.type !== 'call') return part
  return { type: 'call', call: { ...part.call, inputText: grow(part.call.inputText ?? '', start, delta) } }
}
