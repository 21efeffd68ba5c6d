/** Says that this instance lives while it holds reservations, and finds those whose holder does not. */
import type { Host } from '../base/host.ts'
import { ledgerPrefix } from '../journal/keys.ts'
import type { LeaseStore } from '../ports/lease-store.ts'
import type { Reservation } from './ledger-record.ts'

/** Milliseconds that a lease lasts without being renewed. */
const TTL_MS = 30_000

export interface LedgerHolder {
  readonly id: string
  readonly leased: boolean
  /** Before anything is set aside: whether that is known, and what makes it known. */
  isAlive(): boolean
  live(): Promise<void>
  /** Of these, the ones that nobody will settle any more. */
  lostOf(reservations: Iterable<Reservation>): Promise<readonly Reservation[]>
  close(): Promise<void>
}

export type HolderOptions = { readonly leases: LeaseStore | undefined; readonly host: Host; readonly root: string }

export function ledgerHolder({ leases, host, root }: HolderOptions): LedgerHolder {
  const id = host.id('holder')
  const keyOf = (holder: string): string => `${ledgerPrefix(root)}${holder}`
  /** When the lease ends, by the clock of this process, from before it was asked for: that of the store may be another. */
  let end = 0
  let stop: (() => void) | undefined
  let closed = false
  const arm = (): void => {
    if (!closed) stop = host.clock.timer(TTL_MS / 3, () => void renew())
  }
  /** A renewal that failed is tried again; when the lease has run out, what is held may be taken for lost: it then counts at its worst. */
  const renew = async (): Promise<void> => {
    const asked = host.clock.now()
    const lease = await leases?.acquire(keyOf(id), id, TTL_MS).catch(() => undefined)
    if (lease?.holder === id) end = asked + TTL_MS
    arm()
  }
  return {
    id,
    leased: leases !== undefined,
    isAlive: () => leases === undefined || end > host.clock.now(),
    async live() {
      const asked = host.clock.now()
      const first = stop === undefined
      await leases?.acquire(keyOf(id), id, TTL_MS)
      end = asked + TTL_MS
      if (first) arm()
    },
    async lostOf(reservations) {
      const lives = new Map<string, boolean>([[id, true]])
      const lost: Reservation[] = []
      for (const reservation of reservations) {
        const { holder, leased, kind, until } = reservation
        if (kind === 'grant') continue
        if (leased && leases !== undefined && !lives.has(holder)) lives.set(holder, (await leases.read(keyOf(holder))) !== undefined)
        const dead = leased && leases !== undefined ? lives.get(holder) === false : holder !== id && until <= host.clock.now()
        if (dead) lost.push(reservation)
      }
      return lost
    },
    async close() {
      closed = true
      stop?.()
      if (end > 0) await leases?.release(keyOf(id), id)
    },
  }
}
