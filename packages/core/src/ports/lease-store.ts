/** The lesser port that says whether the holder of a session lives. */

export type Lease = {
  readonly holder: string
  /** Milliseconds since the epoch, by the store's clock. */
  readonly expiresAt: number
  /** On a lease just acquired: who held it before and let it run out without releasing it. That holder may still be alive. */
  readonly takenFrom?: string
}

export interface TransferOptions {
  readonly to: string
  /** From now on. */
  readonly ttlMs: number
}

/**
 * Keeps leases by key. It never decides who may write (the log's length does), only who is alive.
 *
 * Contract:
 * - Any string is a key and no two share a lease. [lease.keys]
 * - Whoever acquires an expired lease that nobody released is told whose it was in `takenFrom`. [lease.taken_from]
 * - `acquire` gives the lease to the caller when it is free or already the caller's; else it returns the holder's. [lease.acquire]
 * - A lease that has expired is free and no longer its holder's. [lease.expiry]
 * - Of several that acquire at the same time one gets the lease, and all are told who. [lease.race]
 * - `renew` extends the caller's lease to `ttlMs` from now and returns it, or undefined when it is no longer the caller's; [lease.renew]
 *   for no time it runs out at once, and whoever acquires it is told whose it was. [lease.run_out]
 * - `transfer` hands the caller's lease to another holder in one step, so that nobody gets it in between, and returns it, or undefined
 *   when it is no longer the caller's: then nothing has changed. [lease.transfer]
 * - Of a transfer and others that acquire at the same time one gets the lease, and all are told who. [lease.transfer_race]
 * - `release` frees the caller's lease and nobody else's. [lease.release]
 * - `read` returns the lease that is in force, or undefined. [lease.read]
 */
export interface LeaseStore {
  readonly contract: 1
  acquire(key: string, holder: string, ttlMs: number): Promise<Lease>
  renew(key: string, holder: string, ttlMs: number): Promise<Lease | undefined>
  transfer(key: string, holder: string, options: TransferOptions): Promise<Lease | undefined>
  release(key: string, holder: string): Promise<void>
  read(key: string): Promise<Lease | undefined>
}
