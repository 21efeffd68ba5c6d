/** Where sessions were rewound: which records of a journal still count. */
import { isJsonObject } from '../model/json.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { JOURNAL_PREFIX, rewoundKey } from './keys.ts'

/** The fact at offset `at` follows on the one at `to`: what lies between no longer counts. */
export type Rewinding = { readonly to: number; readonly at: number; readonly id: string }

/** Records from `from` up to and not including `end`. */
export type Piece = { readonly from: number; readonly end: number }

/**
 * Rewindings are noted in a log of their own before they happen, so that nobody has to read what no longer counts. A note counts
 * once the journal has the fact that it announces, and for ever then.
 */
export function rewindings(store: SessionStore, readAll: SessionStore['read']): (key: string) => Promise<readonly Rewinding[]> {
  const certain = new Set<string>()
  const happened = async (key: string, { at, id }: Rewinding): Promise<boolean> => {
    if (certain.has(id)) return true
    for await (const { record } of readAll(key, { from: at })) {
      if (!record.startsWith('{"t":"session_rewound"') || !record.includes(JSON.stringify(id))) return false
      certain.add(id)
      return true
    }
    return false
  }
  return async (key) => {
    const found: Rewinding[] = []
    for await (const { record } of store.read(rewoundKey(key.slice(JOURNAL_PREFIX.length)))) {
      const note = parseNote(record)
      if (note !== undefined && (await happened(key, note))) found.push(note)
    }
    return found
  }
}

export const encodeNote = (note: Rewinding): string => JSON.stringify(note)

function parseNote(record: string): Rewinding | undefined {
  const note: unknown = JSON.parse(record)
  if (!isJsonObject(note)) return undefined
  const { to, at, id } = note
  return typeof to === 'number' && typeof at === 'number' && typeof id === 'string' ? { to, at, id } : undefined
}

/** What counts from an offset on, when rewindings at or behind `before` are left out. The last one rules over those before it. */
export function livePieces(
  all: readonly Rewinding[],
  { from, before }: { readonly from: number; readonly before: number },
): readonly Piece[] {
  const pieces: Piece[] = []
  let end = Infinity
  let limit = before
  for (const { to, at } of all.toSorted((a, b) => b.at - a.at)) {
    if (at >= limit) continue
    if (at < end) pieces.unshift({ from: Math.max(from, at), end })
    end = to + 1
    limit = end
  }
  return [{ from, end }, ...pieces].filter((piece) => piece.from < piece.end)
}
