/** What the model has said of a turn that has not ended: enough to bring a late reader up to date. */
import type { AgentEvent, LiveEvent, SnapshotBlock } from '../model/event.ts'
import type { LlmEvent } from '../ports/llm-client.ts'

type Delta = Exclude<LlmEvent, { type: 'done' }>

type MutableBlock = { type: 'text' | 'reasoning' | 'tool_use'; id: string; name: string; text: string }

/** What a reader has had of one attempt of a turn: for each block, how many characters; undefined for one that it knows nothing of. */
export type SeenTurn = { readonly turn: number; readonly attempt: number; readonly ends: (number | undefined)[] }

/** What a reader has had after one more event. A turn's start is known to be followed by nothing that came before it. */
export function seenAfter(seen: SeenTurn | undefined, event: AgentEvent): SeenTurn | undefined {
  switch (event.type) {
    case 'turn_start':
      return { turn: event.turn, attempt: event.attempt, ends: [] }
    case 'turn_snapshot':
      return {
        turn: event.turn,
        attempt: event.attempt,
        ends: event.blocks.map((block) => (block.type === 'tool_use' ? block.inputText : block.text).length),
      }
    case 'tool_start':
      if (seen) seen.ends[event.block] = 0
      return seen
    case 'text_delta':
    case 'reasoning_delta':
      if (seen) seen.ends[event.block] = event.start + event.text.length
      return seen
    case 'tool_input_delta':
      if (seen) seen.ends[event.block] = event.start + event.delta.length
      return seen
    default:
      return seen
  }
}

export class Provisional {
  readonly turn: number
  readonly attempt: number
  readonly #blocks: (MutableBlock | undefined)[] = []

  constructor(turn: number, attempt: number) {
    this.turn = turn
    this.attempt = attempt
  }

  /** Take in a delta, and say where it belongs. */
  add(delta: Delta): LiveEvent {
    const { turn, attempt } = this
    const { block } = delta
    if (delta.type === 'tool_start') {
      this.#blocks[block] = { type: 'tool_use', id: delta.id, name: delta.name, text: '' }
      return { type: 'tool_start', id: delta.id, name: delta.name, turn, attempt, block }
    }
    const type = delta.type === 'text_delta' ? 'text' : delta.type === 'reasoning_delta' ? 'reasoning' : 'tool_use'
    const kept = (this.#blocks[block] ??= { type, id: '', name: '', text: '' })
    const start = kept.text.length
    if (delta.type === 'tool_input_delta') {
      kept.text += delta.delta
      return { type: 'tool_input_delta', id: kept.id, delta: delta.delta, turn, attempt, block, start }
    }
    kept.text += delta.text
    return { type: delta.type, text: delta.text, turn, attempt, block, start }
  }

  /** The text so far. */
  get text(): string {
    return this.#blocks.map((block) => (block?.type === 'text' ? block.text : '')).join('')
  }

  /** For a reader who had nothing of this turn: everything, or undefined when there is nothing yet. */
  snapshot(): LiveEvent | undefined {
    if (this.#blocks.length === 0) return undefined
    // A block that has no delta keeps its place, so that a later delta finds its own block.
    const blocks = Array.from(this.#blocks, (block): SnapshotBlock => {
      if (block === undefined) return { type: 'text', text: '' }
      const { type, id, name, text } = block
      return type === 'tool_use' ? { type, id, name, inputText: text } : { type, text }
    })
    return { type: 'turn_snapshot', turn: this.turn, attempt: this.attempt, blocks }
  }

  /** For a reader who has seen so much: the rest, as deltas that join on seamlessly; the whole where it had nothing to join on to. */
  missed(seen: SeenTurn | undefined): readonly LiveEvent[] {
    if (seen?.turn === this.turn && seen.attempt === this.attempt) {
      return this.#blocks.flatMap((block, index) => (block === undefined ? [] : this.#missed(block, index, seen.ends[index])))
    }
    const snapshot = this.snapshot()
    return snapshot === undefined ? [] : [snapshot]
  }

  /** `known` characters were seen of this block; undefined when not even its start was. */
  #missed(block: MutableBlock, index: number, known: number | undefined): readonly LiveEvent[] {
    const place = { turn: this.turn, attempt: this.attempt, block: index, start: known ?? 0 }
    const rest = block.text.slice(known ?? 0)
    if (block.type !== 'tool_use')
      return rest === '' ? [] : [{ type: block.type === 'text' ? 'text_delta' : 'reasoning_delta', text: rest, ...place }]
    const { id, name } = block
    const start: readonly LiveEvent[] =
      known === undefined ? [{ type: 'tool_start', id, name, turn: this.turn, attempt: this.attempt, block: index }] : []
    return rest === '' ? start : [...start, { type: 'tool_input_delta', id, delta: rest, ...place }]
  }
}
