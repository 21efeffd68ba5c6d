/** Puts a Responses conversation together: stored items, then the input with its references replaced. */
import { isFields } from '../base/json.ts'
import type { Fault } from '../rules/rule.ts'
import type { ResponseStore } from '../server/response-store.ts'
import type { ResolvedResponses, ResponsesItem, ResponsesReference, ResponsesRequest } from '../wire/responses.ts'

const isReference = (item: ResponsesItem | ResponsesReference): item is ResponsesReference => item.type === 'item_reference'

export const itemNotFound = (id: string): Fault => ({
  message: `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
  status: 404,
  param: 'input',
})

export function resolveResponses(request: ResponsesRequest, store: ResponseStore): ResolvedResponses | { readonly fault: Fault } {
  const previous = request.previous_response_id ?? undefined
  const kept = previous === undefined ? [] : store.items(previous)
  if (kept === undefined) {
    const message = `Previous response with id '${previous ?? ''}' not found.`
    return { fault: { message, param: 'previous_response_id', code: 'previous_response_not_found' } }
  }
  const { input = [] } = request
  const own: ResponsesItem[] = []
  for (const item of typeof input === 'string' ? [{ role: 'user' as const, content: input }] : input) {
    if (!isReference(item)) own.push(item)
    else {
      const found = store.item(item.id)
      if (!isFields(found)) return { fault: itemNotFound(item.id) }
      own.push(found as unknown as ResponsesItem) // the store holds only items that passed, or were made, here
    }
  }
  return { request, items: [...(kept as readonly ResponsesItem[]), ...own], stored: kept.length }
}
