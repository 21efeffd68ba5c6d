/** Facts and live events as one timeline, chosen by kind and by words. */
import type { Envelope } from '@seamfold/core/kit'
import { factFamily, type Family } from '../text/fact-family.ts'
import { callIdOf } from './facts.ts'
import type { LiveRow } from './live-tail.ts'

export type TimelineRow =
  | { readonly kind: 'fact'; readonly key: string; readonly envelope: Envelope; readonly number: number }
  | { readonly kind: 'live'; readonly key: string; readonly row: LiveRow }

export type Choice = {
  readonly words: string
  /** Kinds that are left out. */
  readonly without: ReadonlySet<Family>
  /** Only what speaks of this call. */
  readonly callId?: string | undefined
}

const contains = (text: string, words: string): boolean => words === '' || text.toLowerCase().includes(words)

const isChosen = (envelope: Envelope, { words, without, callId }: Choice): boolean =>
  !without.has(factFamily(envelope.event.type)) &&
  (callId === undefined || callIdOf(envelope) === callId) &&
  contains(JSON.stringify(envelope.event), words)

/** Live events stand behind the fact after which they came. */
export function timeline(facts: readonly Envelope[], live: readonly LiveRow[], choice: Choice): readonly TimelineRow[] {
  const shown = { ...choice, words: choice.words.trim().toLowerCase() }
  const after = new Map<string, TimelineRow[]>()
  if (!choice.without.has('live') && choice.callId === undefined) {
    for (const row of live) {
      if (!contains(row.type, shown.words)) continue
      after.set(row.after, [...(after.get(row.after) ?? []), { kind: 'live', key: `live-${row.sequence}`, row }])
    }
  }
  return facts.flatMap((envelope, number): readonly TimelineRow[] => {
    const behind = after.get(envelope.cursor) ?? []
    if (!isChosen(envelope, shown)) return behind
    return [{ kind: 'fact', key: envelope.cursor, envelope, number }, ...behind]
  })
}
