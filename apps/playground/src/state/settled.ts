/** Makes the settled turn out of the fact that ended it. */
import type { Block, FactOf } from '@seamfold/core/kit'
import { turnKey } from './streaming.ts'
import type { Turn, TurnPart } from './types.ts'

type Place = { readonly runId: string; readonly timestamp: number; readonly startedAt: number }

export function settledTurn(event: FactOf<'turn_end'>, { runId, timestamp, startedAt }: Place): Turn {
  const key = turnKey(runId, event.turn)
  return {
    kind: 'turn',
    key,
    runId,
    turn: event.turn,
    attempt: event.attempt,
    provisional: false,
    parts: event.message.content.flatMap((block, index) => partOf(block, `${key}/call-${index}`)),
    usage: event.usage,
    stopReason: event.stopReason,
    ...(event.cost === undefined ? {} : { cost: event.cost }),
    startedAt,
    endedAt: timestamp,
  }
}

function partOf(block: Block, key: string): readonly TurnPart[] {
  switch (block.type) {
    case 'text':
    case 'reasoning':
      return [{ type: block.type, text: block.text }]
    case 'image':
      return [{ type: 'image', image: block }]
    case 'tool_use':
      return [{ type: 'call', call: { ...callOf(block), key, status: 'pending', nested: [] } }]
    case 'tool_result':
      return []
  }
}

const callOf = (block: Extract<Block, { type: 'tool_use' }>) => ({
  id: block.id,
  name: block.name,
  input: block.input,
  ...(block.invalidInput === undefined ? {} : { invalidInput: block.invalidInput }),
})
