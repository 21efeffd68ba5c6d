/** Tells which call a piece of a streamed tool call belongs to, for servers that number their calls and for those that do not. */
import type { LlmEvent, ModelInfo } from '@seamfold/core/kit'
import { addInput, type Answer, type ToolDraft } from '../answer.ts'
import type { ChatFunction, ChatToolCall } from './wire.ts'

type Call = { readonly draft: ToolDraft; readonly index: number | undefined; readonly wireId: string }

export class ToolCalls {
  readonly #answer: Answer
  readonly #model: ModelInfo
  readonly #calls: Call[] = []

  constructor(answer: Answer, model: ModelInfo) {
    this.#answer = answer
    this.#model = model
  }

  read(pieces: readonly (ChatToolCall | null)[], batch: LlmEvent[]): void {
    const touched = new Set<Call>()
    for (const piece of pieces) {
      if (piece === null) continue
      const known = this.#callOf(piece)
      const call = known === undefined || (piece.index == null && touched.has(known) && !!piece.function?.name) ? this.#open(piece) : known
      touched.add(call)
      this.#add(call, piece.function, batch)
      if (piece.extra_content != null)
        call.draft.state = { extra: piece.extra_content, provider: this.#model.provider, model: this.#model.id }
    }
  }

  #open({ index, id }: ChatToolCall): Call {
    const wireId = id ?? ''
    const call = { draft: this.#answer.openTool(wireId), index: index ?? undefined, wireId }
    this.#calls.push(call)
    return call
  }

  #callOf(piece: ChatToolCall): Call | undefined {
    const { index, id } = piece
    if (index != null) {
      const call = this.#calls.findLast((one) => one.index === index)
      return call !== undefined && startsAnew(call, piece) ? undefined : call
    }
    if (id != null && id !== '') return this.#calls.findLast((one) => one.wireId === id)
    return piece.function?.name ? undefined : this.#calls.at(-1)
  }

  #add({ draft }: Call, piece: ChatFunction | null | undefined, batch: LlmEvent[]): void {
    if (piece == null) return
    if (draft.name === '' && typeof piece.name === 'string') draft.name = piece.name
    if (!draft.started && draft.name !== '') this.#answer.startTool(draft, batch)
    const text = typeof piece.arguments === 'object' && piece.arguments !== null ? JSON.stringify(piece.arguments) : (piece.arguments ?? '')
    if (text !== '') addInput(draft, text, batch)
  }
}

/**
 * Some servers give every call the index 0. A piece that names a function begins another call when its id is another, or when
 * the arguments of the one before are complete and it brings more.
 */
function startsAnew({ draft, wireId }: Call, { id, function: piece }: ChatToolCall): boolean {
  if (!piece?.name || draft.name === '') return false
  if (id != null && id !== '' && wireId !== '' && id !== wireId) return true
  return piece.arguments != null && piece.arguments !== '' && isWhole(draft.json)
}

function isWhole(json: string): boolean {
  if (json === '') return false
  try {
    JSON.parse(json)
    return true
  } catch {
    return false
  }
}
