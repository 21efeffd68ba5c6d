/** Facts and live events as one timeline, chosen by kind and by words. */
import type { Envelope } from '@seamfold/core/kit'
import { factFamily, type Family } from '../text/fact-family.ts'
import { runsCommand } from './exit-code.ts'
import { callIdOf } from './facts.ts'
import type { LiveRow } from './live-tail.ts'

export type TimelineRow =
  | {
      readonly kind: 'fact'
      readonly key: string
      readonly envelope: Envelope
      readonly number: number
      /** It speaks of a call that ran a command. */
      readonly ran: boolean
    }
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
  // Only where words are sought is every fact written out.
  (words === '' || contains(JSON.stringify(envelope.event), words))

export type Timeline = { readonly facts: readonly Envelope[]; readonly live: readonly LiveRow[]; readonly choice: Choice }

type FactRow = Extract<TimelineRow, { kind: 'fact' }>

const lowered = (choice: Choice): Choice => ({ ...choice, words: choice.words.trim().toLowerCase() })

/** The facts that are chosen. */
export function factRows(facts: readonly Envelope[], choice: Choice): readonly FactRow[] {
  const shown = lowered(choice)
  const commands = new Set<string>()
  return facts.flatMap((envelope, number): readonly FactRow[] => {
    const { event, cursor: key } = envelope
    if (event.type === 'tool_execution_start' && runsCommand(event.accesses)) commands.add(event.callId)
    const ran = 'callId' in event && commands.has(event.callId)
    return isChosen(envelope, shown) ? [{ kind: 'fact', key, envelope, number, ran }] : []
  })
}

/** Live events stand behind the fact after which they came. That is near the end, so it is sought from there. */
export function withLive(rows: readonly FactRow[], { facts, live, choice }: Timeline): readonly TimelineRow[] {
  const shown = lowered(choice)
  if (live.length === 0 || choice.without.has('live') || choice.callId !== undefined) return rows
  const merged: TimelineRow[] = []
  let from = 0
  for (const row of live) {
    if (!contains(row.type, shown.words)) continue
    const number = facts.findLastIndex(({ cursor }) => cursor === row.after)
    if (number === -1) continue
    const to = rows.findLastIndex((fact) => fact.number <= number) + 1
    for (const fact of rows.slice(from, to)) merged.push(fact)
    merged.push({ kind: 'live', key: `live-${row.sequence}`, row })
    from = Math.max(from, to)
  }
  return [...merged, ...rows.slice(from)]
}
