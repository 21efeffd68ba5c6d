/** Keeps stored OpenAI responses, for `previous_response_id` and item references. */

export interface ResponseStore {
  /** Keeps the items of a response, its input before its output. */
  keep(id: string, items: readonly unknown[]): void
  items(id: string): readonly unknown[] | undefined
  /** A stored item, by its own id. */
  item(id: string): unknown
  clear(): void
}

const idOf = (item: unknown): string | undefined =>
  typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string' ? item.id : undefined

export function responseStore(): ResponseStore {
  const responses = new Map<string, readonly unknown[]>()
  const byId = new Map<string, unknown>()
  return {
    keep(id, items) {
      responses.set(id, items)
      for (const item of items) {
        const itemId = idOf(item)
        if (itemId !== undefined) byId.set(itemId, item)
      }
    },
    items: (id) => responses.get(id),
    item: (id) => byId.get(id),
    clear() {
      responses.clear()
      byId.clear()
    },
  }
}
