/** Leases in memory: for tests, and for processes that share nothing. */
import { systemHost, type Clock } from '../base/host.ts'
import type { Lease, LeaseStore } from '../ports/lease-store.ts'

export interface MemoryLeasesOptions {
  /** Default: the system's clock. */
  readonly clock?: Pick<Clock, 'now'>
}

export function memoryLeases({ clock = systemHost().clock }: MemoryLeasesOptions = {}): LeaseStore {
  const leases = new Map<string, Lease>()
  const inForce = (key: string): Lease | undefined => {
    const lease = leases.get(key)
    return lease !== undefined && lease.expiresAt > clock.now() ? lease : undefined
  }
  const put = (key: string, holder: string, ttlMs: number): Lease => {
    const lease = { holder, expiresAt: clock.now() + ttlMs }
    leases.set(key, lease)
    return lease
  }
  return {
    contract: 1,
    async acquire(key, holder, ttlMs) {
      const current = inForce(key)
      if (current !== undefined && current.holder !== holder) return current
      const expired = leases.get(key)?.holder ?? holder
      return { ...put(key, holder, ttlMs), ...(expired === holder ? {} : { takenFrom: expired }) }
    },
    async renew(key, holder, ttlMs) {
      return inForce(key)?.holder === holder ? put(key, holder, ttlMs) : undefined
    },
    async transfer(key, holder, { to, ttlMs }) {
      return inForce(key)?.holder === holder ? put(key, to, ttlMs) : undefined
    },
    async release(key, holder) {
      if (leases.get(key)?.holder === holder) leases.delete(key)
    },
    async read(key) {
      return inForce(key)
    },
  }
}
