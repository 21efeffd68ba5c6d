/** Streams a Responses object: the events of the provider, in its order. */
import { pieces } from '../base/text.ts'
import { named } from './frame.ts'
import type { Frame } from './frame.ts'
import type { ResponseBody } from './response-body.ts'
import type { OutputItem, OutputPart } from './response-items.ts'

type Event = { readonly type: string; readonly [field: string]: unknown }

const begun = (item: OutputItem): object => {
  switch (item.type) {
    case 'message':
      return { ...item, status: 'in_progress', content: [] }
    case 'function_call':
      return { ...item, status: 'in_progress', arguments: '' }
    case 'reasoning':
      return { ...item, summary: [] }
  }
}

function partEvents(part: OutputPart, at: { readonly item_id: string; readonly output_index: number }, size: number): readonly Event[] {
  const place = { ...at, content_index: 0 }
  const isText = part.type === 'output_text'
  const whole = isText ? part.text : part.refusal
  const kind = isText ? 'response.output_text' : 'response.refusal'
  const extra = isText ? { logprobs: [] } : {}
  return [
    { type: 'response.content_part.added', ...place, part: isText ? { ...part, text: '' } : { ...part, refusal: '' } },
    ...pieces(whole, size).map((delta) => ({ type: `${kind}.delta`, ...place, delta, ...extra })),
    { type: `${kind}.done`, ...place, ...(isText ? { text: whole } : { refusal: whole }), ...extra },
    { type: 'response.content_part.done', ...place, part },
  ]
}

function innerEvents(item: OutputItem, outputIndex: number, size: number): readonly Event[] {
  const at = { item_id: item.id, output_index: outputIndex }
  switch (item.type) {
    case 'message':
      return item.content.flatMap((part) => partEvents(part, at, size))
    case 'function_call':
      return [
        ...pieces(item.arguments, size).map((delta) => ({ type: 'response.function_call_arguments.delta', ...at, delta })),
        { type: 'response.function_call_arguments.done', ...at, arguments: item.arguments, name: item.name },
      ]
    case 'reasoning':
      return item.summary.flatMap((part, index) => {
        const place = { ...at, summary_index: index }
        return [
          { type: 'response.reasoning_summary_part.added', ...place, part: { ...part, text: '' } },
          ...pieces(part.text, size).map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...place, delta })),
          { type: 'response.reasoning_summary_text.done', ...place, text: part.text },
          { type: 'response.reasoning_summary_part.done', ...place, part },
        ]
      })
  }
}

const itemEvents = (item: OutputItem, index: number, size: number): readonly Event[] => [
  { type: 'response.output_item.added', output_index: index, item: begun(item) },
  ...innerEvents(item, index, size),
  { type: 'response.output_item.done', output_index: index, item },
]

export function responseFrames(body: ResponseBody, size: number): readonly Frame[] {
  const started = { ...body, status: 'in_progress', output: [], usage: null, incomplete_details: null, completed_at: null }
  const events: readonly Event[] = [
    { type: 'response.created', response: started },
    { type: 'response.in_progress', response: started },
    ...body.output.flatMap((item, index) => itemEvents(item, index, size)),
    { type: `response.${body.status}`, response: body },
  ]
  return events.map((event, index) => named({ ...event, sequence_number: index }))
}
