/** Writes the blocks of an answer as Responses output items. */
import type { IdSource } from '../base/ids.ts'
import type { Signer } from '../base/signer.ts'
import { argumentsOf } from '../model/limit.ts'
import type { LimitedAnswer } from '../model/limit.ts'
import type { Block } from '../model/turn.ts'
import type { ResponsesRequest } from '../wire/responses.ts'

type Status = 'completed' | 'incomplete'

export type OutputPart =
  | { readonly type: 'output_text'; readonly text: string; readonly annotations: readonly never[]; readonly logprobs: readonly never[] }
  | { readonly type: 'refusal'; readonly refusal: string }

export type OutputItem =
  | {
      readonly id: string
      readonly type: 'message'
      readonly status: Status
      readonly role: 'assistant'
      readonly content: readonly OutputPart[]
    }
  | {
      readonly id: string
      readonly type: 'function_call'
      readonly status: Status
      readonly call_id: string
      readonly name: string
      readonly arguments: string
    }
  | {
      readonly id: string
      readonly type: 'reasoning'
      readonly summary: readonly { readonly type: 'summary_text'; readonly text: string }[]
      readonly encrypted_content?: string
    }

type Writing = { readonly request: ResponsesRequest; readonly signer: Signer; readonly ids: IdSource }

function reasoningItem(block: Extract<Block, { type: 'reasoning' }>, { request, signer, ids }: Writing): OutputItem {
  const shown = (request.reasoning?.summary ?? request.reasoning?.generate_summary ?? undefined) !== undefined && block.redacted !== true
  const sealed = request.include?.includes('reasoning.encrypted_content') === true
  return {
    id: ids.next('rs_', 48),
    type: 'reasoning',
    summary: shown ? [{ type: 'summary_text', text: block.text }] : [],
    ...(sealed ? { encrypted_content: signer.seal(request.model, block.text, ids.next('', 12)) } : {}),
  }
}

function itemOf(block: Block, status: Status, writing: Writing): OutputItem {
  const { ids } = writing
  switch (block.type) {
    case 'reasoning':
      return reasoningItem(block, writing)
    case 'tool_call': {
      const id = ids.next('fc_', 48)
      const call = { call_id: block.id ?? ids.next('call_', 24), name: block.name, arguments: argumentsOf(block) }
      return { id, type: 'function_call', status, ...call }
    }
    case 'text':
    case 'refusal': {
      const part: OutputPart =
        block.type === 'text'
          ? { type: 'output_text', text: block.text, annotations: [], logprobs: [] }
          : { type: 'refusal', refusal: block.text }
      return { id: ids.next('msg_', 48), type: 'message', status, role: 'assistant', content: [part] }
    }
  }
}

/** One item per block; the last one is incomplete when the answer is. */
export function outputItems(answer: LimitedAnswer, writing: Writing): readonly OutputItem[] {
  const incomplete = answer.stop === 'max_tokens' || answer.stop === 'content_filter'
  const last = answer.blocks.length - 1
  return answer.blocks.map((block, index) => itemOf(block, incomplete && index === last ? 'incomplete' : 'completed', writing))
}
