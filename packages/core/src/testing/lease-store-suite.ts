/** The suite that every lease store has to pass. */
import type { Lease, LeaseStore } from '../ports/lease-store.ts'
import { assert, assertEqual } from './assert.ts'
import type { Case, Suite } from './conformance.ts'
import { LOOK_ALIKES } from './look-alike-keys.ts'

/** An empty lease store and the means to let its time pass. */
export interface TimedLeases {
  readonly leases: LeaseStore
  /** Lets so many milliseconds pass on the store's clock: move a manual clock, or wait. */
  advance(ms: number): void | Promise<void>
}

const TTL_MS = 1_000

const cases: readonly Case<TimedLeases>[] = [
  {
    id: 'lease.acquire',
    title: 'a free lease is given; a held one stays its holder’s; a holder may acquire again',
    async run({ leases, advance }) {
      const mine = await leases.acquire('session', 'one', TTL_MS)
      assertEqual(mine.holder, 'one', 'the holder of a free lease')
      const theirs = await leases.acquire('session', 'two', 60 * TTL_MS)
      assertEqual(theirs, mine, 'the lease told to another')
      assertEqual((await leases.acquire('other', 'two', TTL_MS)).holder, 'two', 'the holder of another key')
      await advance(TTL_MS / 2)
      const again = await leases.acquire('session', 'one', TTL_MS)
      assertEqual(again.holder, 'one', 'the holder that acquires again')
      assertLater(again, mine)
      await advance((TTL_MS * 3) / 4)
      assertEqual(await leases.read('session'), again, 'the lease for as long as it was acquired again')
    },
  },
  {
    id: 'lease.keys',
    title: 'any string is a key and no two share a lease',
    async run({ leases }) {
      const holders = LOOK_ALIKES.map((key, index) => ({ key, holder: `holder ${index}` }))
      for (const { key, holder } of holders)
        assertEqual((await leases.acquire(key, holder, 600 * TTL_MS)).holder, holder, `the holder of ${JSON.stringify(key)}`)
      for (const { key, holder } of holders) {
        assertEqual((await leases.read(key))?.holder, holder, `the holder read of ${JSON.stringify(key)}`)
        await leases.release(key, holder)
        assertEqual(await leases.read(key), undefined, `the lease of ${JSON.stringify(key)} after its release`)
      }
    },
  },
  {
    id: 'lease.expiry',
    title: 'an expired lease is free for anyone',
    async run({ leases, advance }) {
      await leases.acquire('session', 'one', TTL_MS)
      await advance(TTL_MS + 100)
      assertEqual((await leases.acquire('session', 'two', TTL_MS)).holder, 'two', 'the holder after expiry')
      assertEqual((await leases.acquire('session', 'one', TTL_MS)).holder, 'two', 'the holder told to the first')
    },
  },
  {
    id: 'lease.taken_from',
    title: 'whoever acquires an expired lease is told from whom; one that was released or is its own is not',
    async run({ leases, advance }) {
      assertEqual((await leases.acquire('session', 'one', TTL_MS)).takenFrom, undefined, 'a free lease')
      await advance(TTL_MS + 100)
      assertEqual((await leases.acquire('session', 'two', TTL_MS)).takenFrom, 'one', 'an expired lease')
      await advance(TTL_MS + 100)
      assertEqual((await leases.acquire('session', 'two', TTL_MS)).takenFrom, undefined, 'an expired lease of its own')
      await leases.release('session', 'two')
      assertEqual((await leases.acquire('session', 'three', TTL_MS)).takenFrom, undefined, 'a released lease')
      await advance(TTL_MS + 100)
      await leases.release('session', 'three')
      assertEqual((await leases.acquire('session', 'four', TTL_MS)).takenFrom, undefined, 'a lease released after it expired')
    },
  },
  {
    id: 'lease.race',
    title: 'of several that acquire at the same time one holds the lease, and all are told who',
    async run({ leases }) {
      const holders = ['one', 'two', 'three', 'four']
      const told = await Promise.all(holders.map((holder) => leases.acquire('session', holder, TTL_MS)))
      const [first] = told
      assert(first !== undefined && holders.includes(first.holder), `the lease went to ${first?.holder}`)
      assertEqual(
        told.map(({ holder }) => holder),
        holders.map(() => first?.holder),
        'the holder that each was told',
      )
    },
  },
  {
    id: 'lease.renew',
    title: 'renewing extends the holder’s lease, and is refused to others and after expiry',
    async run({ leases, advance }) {
      const mine = await leases.acquire('session', 'one', TTL_MS)
      await advance(TTL_MS / 2)
      const renewed = await leases.renew('session', 'one', TTL_MS)
      assertEqual(renewed?.holder, 'one', 'the holder that renewed')
      if (renewed !== undefined) assertLater(renewed, mine)
      await advance((TTL_MS * 3) / 4)
      assertEqual(await leases.read('session'), renewed, 'the lease for as long as it was renewed')
      assertEqual(await leases.renew('session', 'two', TTL_MS), undefined, 'a renewal by another')
      assertEqual(await leases.renew('free', 'one', TTL_MS), undefined, 'a renewal of a lease never acquired')
      await advance(TTL_MS + 100)
      assertEqual(await leases.renew('session', 'one', TTL_MS), undefined, 'a renewal after expiry')
      assertEqual(await leases.read('session'), undefined, 'the lease after a refused renewal')
    },
  },
  {
    id: 'lease.run_out',
    title: 'a lease that is renewed for no time runs out at once, and is not one that was released',
    async run({ leases }) {
      await leases.acquire('session', 'one', TTL_MS)
      await leases.renew('session', 'one', 0)
      assertEqual(await leases.read('session'), undefined, 'the lease that has run out')
      const next = await leases.acquire('session', 'two', TTL_MS)
      assertEqual([next.holder, next.takenFrom], ['two', 'one'], 'who got the lease that has run out, and from whom')
    },
  },
  {
    id: 'lease.transfer',
    title: 'a holder hands its lease to another; a stranger or one whose lease ran out cannot, and changes nothing',
    async run({ leases, advance }) {
      const mine = await leases.acquire('session', 'one', TTL_MS)
      assertEqual(await leases.transfer('session', 'two', { to: 'two', ttlMs: 60 * TTL_MS }), undefined, 'a transfer by a stranger')
      assertEqual(await leases.transfer('free', 'one', { to: 'two', ttlMs: TTL_MS }), undefined, 'a transfer of a lease never acquired')
      assertEqual(await leases.read('free'), undefined, 'the lease never acquired')
      assertEqual(await leases.read('session'), mine, 'the lease after a stranger’s transfer')
      await advance(TTL_MS / 2)
      const theirs = await leases.transfer('session', 'one', { to: 'two', ttlMs: TTL_MS })
      assertEqual(theirs?.holder, 'two', 'the holder after the transfer')
      if (theirs !== undefined) assertLater(theirs, mine)
      assertEqual(await leases.read('session'), theirs, 'the lease after the transfer')
      assertEqual(await leases.renew('session', 'one', TTL_MS), undefined, 'a renewal by the one who gave it away')
      await leases.release('session', 'one')
      await advance((TTL_MS * 3) / 4)
      assertEqual(await leases.read('session'), theirs, 'the lease for as long as it was handed over')
      assertEqual((await leases.renew('session', 'two', TTL_MS))?.holder, 'two', 'the holder that renewed what it was given')
      await advance(TTL_MS + 100)
      assertEqual(await leases.transfer('session', 'two', { to: 'one', ttlMs: TTL_MS }), undefined, 'a transfer after expiry')
      const next = await leases.acquire('session', 'three', TTL_MS)
      assertEqual([next.holder, next.takenFrom], ['three', 'two'], 'who got the lease that ran out, and from whom')
    },
  },
  {
    id: 'lease.transfer_race',
    title: 'nobody gets a lease in the middle of a transfer',
    async run({ leases }) {
      await leases.acquire('session', 'one', TTL_MS)
      const [first, given, second] = await Promise.all([
        leases.acquire('session', 'three', TTL_MS),
        leases.transfer('session', 'one', { to: 'two', ttlMs: TTL_MS }),
        leases.acquire('session', 'four', TTL_MS),
      ])
      assertEqual(given?.holder, 'two', 'the holder after the transfer')
      assert(['one', 'two'].includes(first.holder), `the lease was ${first.holder}'s in the middle of a transfer`)
      assert(['one', 'two'].includes(second.holder), `the lease was ${second.holder}'s in the middle of a transfer`)
      assertEqual((await leases.read('session'))?.holder, 'two', 'the holder at the end')
    },
  },
  {
    id: 'lease.release',
    title: 'releasing frees the caller’s lease and nobody else’s',
    async run({ leases }) {
      const mine = await leases.acquire('session', 'one', TTL_MS)
      await leases.release('session', 'two')
      await leases.release('free', 'one')
      assertEqual(await leases.read('session'), mine, 'the lease after a stranger’s release')
      await leases.release('session', 'one')
      await leases.release('session', 'one')
      assertEqual(await leases.read('session'), undefined, 'the lease after its holder’s release')
      assertEqual((await leases.acquire('session', 'two', TTL_MS)).holder, 'two', 'the next holder')
    },
  },
  {
    id: 'lease.read',
    title: 'reading tells the lease in force and nothing else',
    async run({ leases, advance }) {
      assertEqual(await leases.read('session'), undefined, 'a lease never acquired')
      const mine = await leases.acquire('session', 'one', TTL_MS)
      assertEqual(await leases.read('session'), mine, 'the lease')
      assertEqual(await leases.read('session '), undefined, 'a key that looks alike')
      await advance(TTL_MS + 100)
      assertEqual(await leases.read('session'), undefined, 'an expired lease')
    },
  },
]

/** Give it a fresh, empty lease store for each case. */
export const leaseStoreSuite: Suite<TimedLeases> = { seam: 'LeaseStore', cases }

function assertLater(later: Lease, earlier: Lease): void {
  assert(later.expiresAt > earlier.expiresAt, `the lease was not extended: ${earlier.expiresAt} to ${later.expiresAt}`)
}
