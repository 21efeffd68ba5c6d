/** Collects the reasoning that compatible servers stream beside the text, and what of it must go back to them. */
import { isJsonObject, type Json, type JsonObject, type LlmEvent } from '@seamfold/core/kit'
import { addReasoning, type Answer, type ReasoningDraft } from '../answer.ts'
import type { ChatDelta, ReasoningField } from './wire.ts'

export class Reasoning {
  readonly #answer: Answer
  #draft: ReasoningDraft | undefined
  #field: ReasoningField | undefined
  readonly #details: JsonObject[] = []

  constructor(answer: Answer) {
    this.#answer = answer
  }

  /** Servers that know both names of the field say the same in both: one is read. */
  read({ reasoning_content, reasoning, reasoning_details }: ChatDelta, batch: LlmEvent[]): void {
    if (reasoning_content) this.add(reasoning_content, batch, 'reasoning_content')
    else if (reasoning) this.add(reasoning, batch, 'reasoning')
    if (reasoning_details == null) return
    this.#draft ??= this.#answer.openReasoning()
    for (const detail of reasoning_details) addDetail(this.#details, detail)
  }

  /** Without a `field` it goes back nowhere. */
  add(piece: unknown, batch: LlmEvent[], field?: ReasoningField): void {
    if (typeof piece !== 'string' || piece === '') return
    this.#draft ??= this.#answer.openReasoning()
    this.#field ??= field
    addReasoning(this.#draft, piece, batch)
  }

  /** Keep in the block what its provider wants back. */
  end(): void {
    if (this.#draft === undefined) return
    const field = this.#field === undefined ? {} : { field: this.#field }
    this.#draft.state = this.#details.length === 0 ? field : { ...field, details: this.#details }
  }
}

/** Fields of a detail that are streamed in pieces. */
const STREAMED = ['text', 'summary', 'data'] as const

/** Pieces of one detail follow each other with the same type and index: they are put together, all else is kept as it came. */
function addDetail(details: JsonObject[], piece: Json): void {
  if (!isJsonObject(piece)) return
  const last = details.at(-1)
  if (last === undefined || last['type'] !== piece['type'] || last['index'] !== piece['index']) {
    details.push(piece)
    return
  }
  const whole: Record<string, Json> = { ...last }
  for (const [name, value] of Object.entries(piece)) if (value !== null) whole[name] = value
  for (const name of STREAMED) {
    const [before, after] = [last[name], piece[name]]
    if (typeof before === 'string') whole[name] = typeof after === 'string' ? before + after : before
  }
  details[details.length - 1] = whole
}
