/** Breaks something every now and then, until it is told to stop. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from './random.ts'
import type { Victim } from './victim.ts'

export type Mischief = { readonly kills: number; readonly stops: number; readonly cuts: number; readonly connectionsCut: number }

/** Milliseconds, from and to. */
const APART = [60, 400] as const
const DOWN = [20, 500] as const
/** Some shorter than two signs of life, some longer than the grace period. */
const STOPPED = [100, 5000] as const

/** Resolves once everything that was stopped or killed is back. */
export async function makeMischief(victims: readonly [Victim, ...Victim[]], random: Random, signal: AbortSignal): Promise<Mischief> {
  const done = { kills: 0, stops: 0, cuts: 0, connectionsCut: 0 }
  const pending: Promise<void>[] = []
  while (!signal.aborted) {
    await sleep(random.between(...APART), undefined, { signal }).catch(() => {}) // told to stop while it slept
    const victim = random.pick(victims)
    const act = random.pick(['cut', 'cut', 'kill', 'stop'])
    if (signal.aborted) break
    if (act === 'cut') {
      done.cuts += 1
      done.connectionsCut += victim.cut()
    } else if (!victim.busy) {
      if (act === 'kill') done.kills += 1
      else done.stops += 1
      const over = act === 'kill' ? victim.kill(random.between(...DOWN)) : victim.stop(random.between(...STOPPED))
      over.catch(() => {}) // told at the end
      pending.push(over)
    }
  }
  await Promise.all(pending)
  return done
}
