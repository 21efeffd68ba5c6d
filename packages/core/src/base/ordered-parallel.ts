/** A bounded map whose results come back in input order. */

/**
 * Works on at most `limit` items at a time (at least one); a slot is refilled as soon as it is free. Every item is tried; the
 * first rejection in input order is thrown when all have settled.
 */
export async function orderedParallel<I, O>(
  items: readonly I[],
  limit: number,
  work: (item: I, index: number) => Promise<O>,
): Promise<O[]> {
  const settled = Array.from<PromiseSettledResult<O>>({ length: items.length })
  const rest = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) {
      settled[index] = await work(item, index).then(
        (value) => ({ status: 'fulfilled', value }),
        (reason: unknown) => ({ status: 'rejected', reason }),
      )
    }
  }
  await Promise.all(Array.from({ length: Math.min(Math.max(1, limit), items.length) }, worker))
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
}
