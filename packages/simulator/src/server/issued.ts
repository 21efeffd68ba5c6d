/** Remembers what the simulator answered, so that it knows what has to come back. */

/** The reasoning that an answer held beside a tool call or an output item, in order: signatures, sealed data or item ids. */
export type IssuedReasoning = { readonly model: string; readonly proofs: readonly string[] }

export interface IssuedLedger {
  /** Notes that the call or item `id` was answered beside this reasoning. */
  note(id: string, reasoning: IssuedReasoning): void
  /** The reasoning that belongs to `id`; `undefined` when this server did not answer it. An id answered twice has none. */
  reasoningOf(id: string): IssuedReasoning | undefined
  clear(): void
}

export function issuedLedger(): IssuedLedger {
  const known = new Map<string, IssuedReasoning>()
  return {
    note(id, reasoning) {
      if (id !== '') known.set(id, known.has(id) ? { ...reasoning, proofs: [] } : reasoning)
    },
    reasoningOf: (id) => known.get(id),
    clear: () => known.clear(),
  }
}
