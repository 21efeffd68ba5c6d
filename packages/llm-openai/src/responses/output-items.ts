/** Follows the output items of a response and makes blocks of them. */
import type { Json, LlmEvent, ModelInfo } from '@seamfold/core/kit'
import { addInput, addReasoning, addText, type Answer, type ReasoningDraft, type TextDraft, type ToolDraft } from '../answer.ts'
import type { ItemState, OutputItem, ResponsesEvent } from './wire.ts'

/** One item by its place in the output: the text blocks of a message by content index, or the one block of another item. */
type Item = {
  readonly texts: (TextDraft | undefined)[]
  reasoning?: ReasoningDraft
  tool?: ToolDraft
  part: number
}

type Place = Pick<ResponsesEvent, 'output_index' | 'content_index' | 'summary_index' | 'delta' | 'item'>

export class OutputItems {
  readonly #answer: Answer
  readonly #model: ModelInfo
  readonly #items: (Item | undefined)[] = []
  refused = false

  constructor(answer: Answer, model: ModelInfo) {
    this.#answer = answer
    this.#model = model
  }

  text({ output_index, content_index = 0, delta }: Place, batch: LlmEvent[]): void {
    if (delta) addText(this.#textOf(this.#itemAt(output_index), content_index), delta, batch)
  }

  refusal(event: Place, batch: LlmEvent[]): void {
    this.refused = true
    this.text(event, batch)
  }

  callArguments({ output_index, delta }: Place, batch: LlmEvent[]): void {
    const { tool } = this.#itemAt(output_index)
    if (delta && tool !== undefined) addInput(tool, delta, batch)
  }

  /** The parts of a summary are paragraphs. */
  reasoning({ output_index, content_index, summary_index = content_index ?? 0, delta }: Place, batch: LlmEvent[]): void {
    if (!delta) return
    const item = this.#itemAt(output_index)
    const draft = (item.reasoning ??= this.#answer.openReasoning())
    addReasoning(draft, summary_index > item.part && draft.text !== '' ? `\n\n${delta}` : delta, batch)
    item.part = summary_index
  }

  added({ output_index, item: wire }: Place, batch: LlmEvent[]): void {
    if (wire !== undefined) this.#open(this.#itemAt(output_index), wire, batch)
  }

  /** The whole item, maybe more than once: what was not said yet is said now, and what must go back with it is kept. */
  done({ output_index, item: wire }: Place, batch: LlmEvent[]): void {
    const item = this.#itemAt(output_index)
    if (wire === undefined) return
    this.#open(item, wire, batch)
    if (item.tool !== undefined && item.tool.json === '' && wire.arguments) addInput(item.tool, wire.arguments, batch)
    if (wire.type === 'reasoning') this.#endReasoning(item, wire, batch)
    if (wire.type === 'message') this.#endMessage(item, wire, batch)
  }

  #endReasoning(item: Item, wire: OutputItem, batch: LlmEvent[]): void {
    const { reasoning } = item
    if (reasoning === undefined) return
    const { status: _, ...sent } = wire as OutputItem & { readonly status?: unknown }
    reasoning.state = { kind: 'reasoning', item: sent as Json } satisfies ItemState
    const said = (wire.summary?.length ? wire.summary : (wire.content ?? [])).flatMap(({ text }) => (text ? [text] : []))
    if (reasoning.text === '' && said.length > 0) addReasoning(reasoning, said.join('\n\n'), batch)
  }

  #endMessage(item: Item, wire: OutputItem, batch: LlmEvent[]): void {
    for (const [index, { type, text, refusal }] of (wire.content ?? []).entries()) {
      if (type === 'refusal') this.refused = true
      const whole = text ?? refusal
      if (whole && item.texts[index] === undefined) addText(this.#textOf(item, index), whole, batch)
    }
  }

  #open(item: Item, wire: OutputItem, batch: LlmEvent[]): void {
    if (wire.type === 'function_call' && item.tool === undefined) item.tool = this.#openTool(wire, batch)
    if (wire.type === 'reasoning') item.reasoning ??= this.#answer.openReasoning()
    if (wire.type === 'message' && wire.phase && item.reasoning === undefined && item.texts.length === 0) {
      // A text block has no room for the provider's label: it travels in an empty reasoning block before it.
      item.reasoning = this.#answer.openReasoning()
      item.reasoning.state = { kind: 'message', phase: wire.phase } satisfies ItemState
    }
  }

  #openTool(wire: OutputItem, batch: LlmEvent[]): ToolDraft {
    const tool = this.#answer.openTool(wire.call_id ?? '')
    tool.name = wire.name ?? ''
    if (wire.id) tool.state = { kind: 'call', item: wire.id, provider: this.#model.provider, model: this.#model.id } satisfies ItemState
    this.#answer.startTool(tool, batch)
    return tool
  }

  #textOf(item: Item, index: number): TextDraft {
    return (item.texts[index] ??= this.#answer.openText())
  }

  #itemAt(index = 0): Item {
    return (this.#items[index] ??= { texts: [], part: 0 })
  }
}
