/** Where a run was taken over: what was used again, what was run again, and why. */
import { useMemo, type ReactNode } from 'react'
import { useFacts } from '../hooks/facts.ts'
import { recoveryAt, type Fate } from '../state/recovery.ts'
import type { RecoveryItem } from '../state/types.ts'
import { formatCost, formatCount } from '../text/format.ts'
import { Icon } from './icon.tsx'
import { Visible } from './visible.tsx'

const fates: Readonly<Record<Fate, string>> = {
  first: 'had not begun: it ran now, for the first time',
  again: 'was cut off: it ran again, which is safe for what it does',
  found: 'was cut off: a look showed that it had been done, so it was not run again',
  unknown: 'was cut off: nobody saw how it ended, so it was not run again and the model was told',
  open: 'was cut off: nothing is known of it yet',
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

export function RecoveryView({ item }: { readonly item: RecoveryItem }): ReactNode {
  const facts = useFacts()
  const recovery = useMemo(() => recoveryAt(facts, item.key), [facts, item.key])
  if (recovery === undefined) return null
  const { turns, results, tokens, cost, calls } = recovery
  return (
    <section className="recovery" aria-label="The run was taken over">
      <h3>
        <Icon name="bolt" size={14} /> Its process was gone. A new one went on (attempt {item.attempt}).
      </h3>
      <p>
        Used again from the journal: {plural(turns, 'model turn')} ({formatCount(tokens)} tokens{cost > 0 ? `, ${formatCost(cost)}` : ''})
        and {plural(results, 'result')} of calls.
      </p>
      {calls.length > 0 && (
        <ul>
          {calls.map(({ callId, name, gist, fate }) => (
            <li key={callId} data-fate={fate}>
              <strong>{name}</strong>{' '}
              <code>
                <Visible text={gist} />
              </code>{' '}
              {fates[fate]}.
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
