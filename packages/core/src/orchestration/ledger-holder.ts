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
  /** Before anything is set aside. */
  alive(): Promise<void>
  /** Of these, the ones that nobody will settle any more. */
  lostOf(reservations: Iterable<Reservation>): Promise<readonly Reservation[]>
  close(): Promise<void>
}

export type HolderOptions = { readonly leases: LeaseStore | undefined; readonly host: Host; readonly root: string }

export function ledgerHolder({ leases, host, root }: HolderOptions): LedgerHolder {
  const id = host.id('holder')
  const keyOf = (holder: string): string => `${ledgerPrefix(root)}${holder}`
  let expiresAt = 0
  let stop: (() => void) | undefined
  let closed = false
  const arm = (): void => {
    if (!closed) stop = host.clock.timer(TTL_MS / 3, () => void renew())
  }
  /** A renewal that failed is tried again; when the lease has run out, what is held may be taken for lost: it then counts at its worst. */
  const renew = async (): Promise<void> => {
    const lease = await leases?.acquire(keyOf(id), id, TTL_MS).catch(() => undefined)
    if (lease?.holder === id) expiresAt = lease.expiresAt
    arm()
  }
  return {
    id,
    leased: leases !== undefined,
    async alive() {
      if (leases === undefined || expiresAt > host.clock.now()) return
      const first = stop === undefined
      expiresAt = (await leases.acquire(keyOf(id), id, TTL_MS)).expiresAt
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
      if (expiresAt > 0) await leases?.release(keyOf(id), id)
    },
  }
}
