/** Makes the input items of what a model said, for the Responses API. */
import { isJsonObject, type Block, type JsonObject, type ModelInfo, type ReasoningBlock, type ToolUseBlock } from '@seamfold/core/kit'
import { fitId } from '../call-ids.ts'

export const callIdOf = (id: string): string => fitId(id, 64)

/**
 * Reasoning goes back as the item that it was, only to the model that made it and only in front of what it led to: the API
 * refuses a reasoning item with nothing after it. A call names its own item only behind all of its reasoning, since one
 * without the other is refused too.
 */
export function assistantItems(content: readonly Block[], model: ModelInfo): readonly object[] {
  const writer = new ItemWriter(model)
  for (const block of content) {
    if (block.type === 'reasoning') writer.reasoning(block)
    else if (block.type === 'tool_use') writer.call(block)
    else if (block.type === 'text' && block.text !== '') writer.text(block.text)
  }
  return writer.items
}

class ItemWriter {
  readonly items: object[] = []
  readonly #model: ModelInfo
  /** Reasoning that nothing has followed yet. */
  #waiting: object[] = []
  /** The parts of the message that text still goes to. */
  #parts: object[] | undefined
  #phase: string | undefined
  #reasoned = false
  #lacking = false

  constructor(model: ModelInfo) {
    this.#model = model
  }

  reasoning({ origin, state }: ReasoningBlock): void {
    this.#parts = undefined
    if (!isJsonObject(state) || !this.#isOwn(origin)) return
    const { kind, phase, item } = state
    if (kind === 'message' && typeof phase === 'string') this.#phase = phase
    else if (kind === 'reasoning' && isWhole(item)) this.#waiting.push(item)
    else this.#lacking = true
  }

  text(text: string): void {
    this.#releaseReasoning()
    if (this.#parts === undefined) {
      this.#parts = []
      const phase = this.#phase === undefined ? {} : { phase: this.#phase }
      this.items.push({ type: 'message', role: 'assistant', ...phase, content: this.#parts })
      this.#phase = undefined
    }
    this.#parts.push({ type: 'output_text', text, annotations: [] })
  }

  call({ id, name, input, state }: ToolUseBlock): void {
    this.#releaseReasoning()
    this.#parts = undefined
    const known = this.#reasoned && !this.#lacking && isJsonObject(state) && state['kind'] === 'call' && this.#isOwn(state)
    const item = known ? { id: state['item'] } : {}
    // Arguments that were not JSON have an empty input, which is what goes back.
    this.items.push({ type: 'function_call', ...item, call_id: callIdOf(id), name, arguments: JSON.stringify(input) })
  }

  #releaseReasoning(): void {
    this.#reasoned ||= this.#waiting.length > 0
    this.items.push(...this.#waiting)
    this.#waiting = []
  }

  #isOwn({ provider, model }: JsonObject): boolean {
    return provider === this.#model.provider && model === this.#model.id
  }
}

/** Nothing is stored at the provider, so an item with neither its encrypted nor its plain content says nothing there. */
const isWhole = (item: unknown): item is object =>
  isJsonObject(item) && (typeof item['encrypted_content'] === 'string' || (Array.isArray(item['content']) && item['content'].length > 0))
