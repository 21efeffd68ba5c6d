/** Lease stores that break one promise each: the lease-store suite has to reject every one. */
import type { Lease, LeaseStore } from '../ports/lease-store.ts'
import type { TimedLeases } from './lease-store-suite.ts'

export type LeaseStoreMutant = {
  readonly name: string
  /** The case that has to fail. */
  readonly killedBy: string
  /** Breaks a good lease store in this one way. */
  readonly mutate: (subject: TimedLeases) => TimedLeases
}

const having =
  (parts: (leases: LeaseStore) => Partial<LeaseStore>): LeaseStoreMutant['mutate'] =>
  ({ leases, advance }) => ({
    leases: {
      contract: 1,
      acquire: (key, holder, ttlMs) => leases.acquire(key, holder, ttlMs),
      renew: (key, holder, ttlMs) => leases.renew(key, holder, ttlMs),
      transfer: (key, holder, options) => leases.transfer(key, holder, options),
      release: (key, holder) => leases.release(key, holder),
      read: (key) => leases.read(key),
      ...parts(leases),
    },
    advance: (ms) => advance(ms),
  })

/** Takes a lease from whoever has it. */
async function seize(
  leases: LeaseStore,
  key: string,
  { holder, ttlMs }: { readonly holder: string; readonly ttlMs: number },
): Promise<Lease> {
  const current = await leases.read(key)
  if (current !== undefined) await leases.release(key, current.holder)
  return leases.acquire(key, holder, ttlMs)
}

const onKey = (change: (key: string) => string): LeaseStoreMutant['mutate'] =>
  having((leases) => ({
    acquire: (key, holder, ttlMs) => leases.acquire(change(key), holder, ttlMs),
    renew: (key, holder, ttlMs) => leases.renew(change(key), holder, ttlMs),
    transfer: (key, holder, options) => leases.transfer(change(key), holder, options),
    release: (key, holder) => leases.release(change(key), holder),
    read: (key) => leases.read(change(key)),
  }))

/** Where half of the time is over, a little more than half of it is a millisecond more than there was. */
const hardly = (ttlMs: number): number => ttlMs / 2 + 1

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

function lastRead(leases: LeaseStore): Partial<LeaseStore> {
  const seen = new Map<string, Lease>()
  return {
    async acquire(key, holder, ttlMs) {
      const lease = await leases.acquire(key, holder, ttlMs)
      seen.set(key, lease)
      return lease
    },
    read: async (key) => seen.get(key),
  }
}

function everTakenFrom(leases: LeaseStore): Partial<LeaseStore> {
  const last = new Map<string, string>()
  return {
    async acquire(key, holder, ttlMs) {
      const { takenFrom: _, ...lease } = await leases.acquire(key, holder, ttlMs)
      const before = last.get(key) ?? holder
      last.set(key, lease.holder)
      return before === holder ? lease : { ...lease, takenFrom: before }
    },
  }
}

/** Each is killed by the case that it names, and every case of the suite kills at least one. */
export const leaseStoreMutants: readonly LeaseStoreMutant[] = [
  {
    name: 'gives a held lease to whoever asks',
    killedBy: 'lease.acquire',
    mutate: having((leases) => ({ acquire: (key, holder, ttlMs) => seize(leases, key, { holder, ttlMs }) })),
  },
  {
    name: 'extends a lease that is acquired again by a millisecond',
    killedBy: 'lease.acquire',
    mutate: having((leases) => ({
      async acquire(key, holder, ttlMs) {
        const again = (await leases.read(key))?.holder === holder
        return leases.acquire(key, holder, again ? hardly(ttlMs) : ttlMs)
      },
    })),
  },
  { name: 'cuts keys at 255 characters', killedBy: 'lease.keys', mutate: onKey((key) => key.slice(0, 255)) },
  { name: 'folds case in keys', killedBy: 'lease.keys', mutate: onKey((key) => key.toLowerCase()) },
  { name: 'keeps keys as UTF-8', killedBy: 'lease.keys', mutate: onKey((key) => new TextDecoder().decode(new TextEncoder().encode(key))) },
  {
    name: 'never lets a lease run out',
    killedBy: 'lease.expiry',
    mutate: having((leases) => ({ acquire: (key, holder, ttlMs) => leases.acquire(key, holder, 1_000 * ttlMs) })),
  },
  {
    name: 'does not say whose an expired lease was',
    killedBy: 'lease.taken_from',
    mutate: having((leases) => ({
      async acquire(key, holder, ttlMs) {
        const lease = await leases.acquire(key, holder, ttlMs)
        return { holder: lease.holder, expiresAt: lease.expiresAt }
      },
    })),
  },
  { name: 'takes a released lease for an expired one', killedBy: 'lease.taken_from', mutate: having(everTakenFrom) },
  {
    name: 'tells everybody that they hold it',
    killedBy: 'lease.race',
    mutate: having((leases) => ({ acquire: async (key, holder, ttlMs) => ({ ...(await leases.acquire(key, holder, ttlMs)), holder }) })),
  },
  {
    name: 'looks first and writes later',
    killedBy: 'lease.race',
    mutate: having((leases) => ({
      async acquire(key, holder, ttlMs) {
        const current = await leases.read(key)
        await pause()
        return current === undefined || current.holder === holder ? seize(leases, key, { holder, ttlMs }) : current
      },
    })),
  },
  {
    name: 'renews for anybody',
    killedBy: 'lease.renew',
    mutate: having((leases) => ({ renew: (key, holder, ttlMs) => seize(leases, key, { holder, ttlMs }) })),
  },
  {
    name: 'renews what has run out',
    killedBy: 'lease.renew',
    mutate: having((leases) => ({
      async renew(key, holder, ttlMs) {
        const lease = await leases.acquire(key, holder, ttlMs)
        return lease.holder === holder ? lease : undefined
      },
    })),
  },
  { name: 'renews without extending', killedBy: 'lease.renew', mutate: having((leases) => ({ renew: (key) => leases.read(key) })) },
  {
    name: 'renews by a millisecond',
    killedBy: 'lease.renew',
    mutate: having((leases) => ({ renew: (key, holder, ttlMs) => leases.renew(key, holder, hardly(ttlMs)) })),
  },
  {
    name: 'takes no time for a default',
    killedBy: 'lease.run_out',
    mutate: having((leases) => ({ renew: (key, holder, ttlMs) => leases.renew(key, holder, ttlMs || 30_000) })),
  },
  {
    name: 'releases what is renewed for no time',
    killedBy: 'lease.run_out',
    mutate: having((leases) => ({
      renew: (key, holder, ttlMs) => (ttlMs > 0 ? leases.renew(key, holder, ttlMs) : leases.release(key, holder).then(() => undefined)),
    })),
  },
  {
    name: 'hands a lease over for a millisecond more',
    killedBy: 'lease.transfer',
    mutate: having((leases) => ({ transfer: (key, holder, { to, ttlMs }) => leases.transfer(key, holder, { to, ttlMs: hardly(ttlMs) }) })),
  },
  {
    name: 'lets anybody give a lease away',
    killedBy: 'lease.transfer',
    mutate: having((leases) => ({ transfer: (key, _, { to, ttlMs }) => seize(leases, key, { holder: to, ttlMs }) })),
  },
  {
    name: 'gives a lease away and keeps it',
    killedBy: 'lease.transfer',
    mutate: having((leases) => ({
      async transfer(key, holder, { to, ttlMs }) {
        const lease = await leases.renew(key, holder, ttlMs)
        return lease && { ...lease, holder: to }
      },
    })),
  },
  {
    name: 'frees a lease on its way to another',
    killedBy: 'lease.transfer_race',
    mutate: having((leases) => ({
      async transfer(key, holder, { to, ttlMs }) {
        if ((await leases.read(key))?.holder !== holder) return undefined
        await leases.release(key, holder)
        await pause()
        return leases.acquire(key, to, ttlMs)
      },
      async acquire(key, holder, ttlMs) {
        await Promise.resolve().then(() => undefined)
        return leases.acquire(key, holder, ttlMs)
      },
    })),
  },
  {
    name: 'lets anybody release a lease',
    killedBy: 'lease.release',
    mutate: having((leases) => ({
      async release(key) {
        const current = await leases.read(key)
        if (current !== undefined) await leases.release(key, current.holder)
      },
    })),
  },
  { name: 'keeps what was released', killedBy: 'lease.release', mutate: having(() => ({ release: async () => {} })) },
  { name: 'reads a lease that has run out', killedBy: 'lease.read', mutate: having(lastRead) },
  {
    name: 'takes keys that look alike for one',
    killedBy: 'lease.read',
    mutate: having((leases) => ({ read: (key) => leases.read(key.trim()) })),
  },
]
