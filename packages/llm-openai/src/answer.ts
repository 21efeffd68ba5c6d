/** Collects an answer block by block and says every piece of it as an event. */
import type { Block, Json, LlmEvent, ModelOrigin } from '@seamfold/core/kit'
import { newCallId } from './call-ids.ts'

export type TextDraft = { readonly type: 'text'; readonly block: number; text: string }
export type ReasoningDraft = { readonly type: 'reasoning'; readonly block: number; text: string; state?: Json }
export type ToolDraft = {
  readonly type: 'tool_use'
  readonly block: number
  readonly id: string
  name: string
  json: string
  started: boolean
  state?: Json
}

type Draft = TextDraft | ReasoningDraft | ToolDraft

export class Answer {
  readonly #drafts: Draft[] = []
  readonly #ids = new Set<string>()
  readonly #taken: (id: string) => boolean

  /** @param taken Tells whether the conversation has a call with that id already. */
  constructor(taken: (id: string) => boolean) {
    this.#taken = taken
  }

  openText(): TextDraft {
    const draft: TextDraft = { type: 'text', block: this.#drafts.length, text: '' }
    this.#drafts.push(draft)
    return draft
  }

  openReasoning(): ReasoningDraft {
    const draft: ReasoningDraft = { type: 'reasoning', block: this.#drafts.length, text: '' }
    this.#drafts.push(draft)
    return draft
  }

  /** An id that is missing, or that another call has, is replaced by a new one. */
  openTool(id: string): ToolDraft {
    const own = id === '' || this.#ids.has(id) || this.#taken(id) ? newCallId() : id
    this.#ids.add(own)
    const draft: ToolDraft = { type: 'tool_use', block: this.#drafts.length, id: own, name: '', json: '', started: false }
    this.#drafts.push(draft)
    return draft
  }

  /** Say that a call begins, together with those of its arguments that came before its name. */
  startTool(draft: ToolDraft, batch: LlmEvent[]): void {
    draft.started = true
    batch.push({ type: 'tool_start', block: draft.block, id: draft.id, name: draft.name })
    if (draft.json !== '') batch.push({ type: 'tool_input_delta', block: draft.block, delta: draft.json })
  }

  get hasTools(): boolean {
    return this.#ids.size > 0
  }

  get isEmpty(): boolean {
    return this.#drafts.length === 0
  }

  /** Say the start of calls whose name never came, so that every block has been announced. */
  startAll(batch: LlmEvent[]): void {
    for (const draft of this.#drafts) if (draft.type === 'tool_use' && !draft.started) this.startTool(draft, batch)
  }

  blocks(origin: ModelOrigin): readonly Block[] {
    return this.#drafts.map((draft) => blockOf(draft, origin))
  }
}

export function addText(draft: TextDraft, text: string, batch: LlmEvent[]): void {
  draft.text += text
  batch.push({ type: 'text_delta', block: draft.block, text })
}

export function addReasoning(draft: ReasoningDraft, text: string, batch: LlmEvent[]): void {
  draft.text += text
  batch.push({ type: 'reasoning_delta', block: draft.block, text })
}

export function addInput(draft: ToolDraft, delta: string, batch: LlmEvent[]): void {
  draft.json += delta
  if (draft.started) batch.push({ type: 'tool_input_delta', block: draft.block, delta })
}

function blockOf(draft: Draft, origin: ModelOrigin): Block {
  if (draft.type === 'text') return { type: 'text', text: draft.text }
  const state = draft.state === undefined ? {} : { state: draft.state }
  if (draft.type === 'reasoning') return { type: 'reasoning', text: draft.text, origin, ...state }
  return { type: 'tool_use', id: draft.id, name: draft.name, ...argumentsOf(draft.json), ...state }
}

/** What a model wrote as arguments: nothing and `null` mean none, and what is not JSON is kept as it is for it to read. */
function argumentsOf(text: string): { readonly input: Json; readonly invalidInput?: string } {
  if (text.trim() === '') return { input: {} }
  try {
    return { input: (JSON.parse(text) as Json) ?? {} }
  } catch {
    return { input: {}, invalidInput: text }
  }
}
