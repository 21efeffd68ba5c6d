/** Lets a session that a dead process of this machine still holds be taken over at once, instead of when its lease runs out. */
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { type Host, type LeaseStore, systemHost } from '@seamfold/core/kit'

/** A holder that says which process it is: `holder-3f2a…@1234.9c0b2e7d`, the last part naming where that number means something. */
const NAMED = /@(\d+)\.([0-9a-f]{8})$/

/** A host whose holders tell their process. */
export function holderHost(): Host {
  const host = systemHost()
  const here = thisProcess()
  return { ...host, id: (kind) => (kind === 'holder' ? `${host.id(kind)}${here}` : host.id(kind)) }
}

/** What the name of a holder of this process ends in. */
export const thisProcess = (): string => `@${process.pid}.${placeOfProcesses()}`

/** Whether the process of a name that ends like this is proven gone. */
export const isGone = (name: string): boolean => deadAt(placeOfProcesses())(name)

/** The number of the process that a holder is; undefined for one that is none of this machine, or does not say. */
export function processOf(holder: string, place: string = placeOfProcesses()): number | undefined {
  const [, pid, where] = NAMED.exec(holder) ?? []
  return pid !== undefined && where === place ? Number(pid) : undefined
}

/** Tells of a holder whether its process is proven dead. */
const deadAt =
  (place: string) =>
  (holder: string): boolean => {
    const pid = processOf(holder, place)
    return pid !== undefined && !exists(pid)
  }

/** Whether who has claimed this lives: undefined where neither the lease nor the holder's name tells. */
export async function livesWith(leases: LeaseStore, key: string, holder = ''): Promise<boolean | undefined> {
  if ((await leasesOfTheLiving(leases).read(key)) !== undefined) return true
  return isGone(holder) ? false : undefined
}

/** Leases of processes that are proven dead count as free. One that cannot be proven dead is waited for. */
export function leasesOfTheLiving(leases: LeaseStore): LeaseStore {
  const isDead = deadAt(placeOfProcesses())
  return {
    contract: 1,
    async acquire(key, holder, ttlMs) {
      const { takenFrom, ...lease } = await leases.acquire(key, holder, ttlMs)
      // One that ran out since its process has ended is as good as released.
      if (lease.holder === holder) return takenFrom === undefined || isDead(takenFrom) ? lease : { ...lease, takenFrom }
      if (!isDead(lease.holder)) return lease
      await leases.release(key, lease.holder)
      return leases.acquire(key, holder, ttlMs)
    },
    renew: (key, holder, ttlMs) => leases.renew(key, holder, ttlMs),
    transfer: (key, holder, options) => leases.transfer(key, holder, options),
    release: (key, holder) => leases.release(key, holder),
    async read(key) {
      const lease = await leases.read(key)
      return lease !== undefined && isDead(lease.holder) ? undefined : lease
    },
  }
}

/** A process of another user cannot be signalled, and is there. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isRemainder(pid)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code !== 'ESRCH'
  }
}

/** A process that has ended keeps its number until its parent looks: in a container without an init that may be for ever. */
const isRemainder = (pid: number): boolean => /^State:\s+[ZX]/m.test(attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8')))

/** Where process numbers are counted: this machine since it was started, and in a container that container. */
function placeOfProcesses(): string {
  const known = [
    hostname(),
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    attempt(() => readlinkSync('/proc/self/ns/pid')),
  ]
  return createHash('sha256').update(known.join('\n')).digest('hex').slice(0, 8)
}

/** What only Linux tells is left out elsewhere. */
function attempt(read: () => string): string {
  try {
    return read()
  } catch {
    // Not there, or not for us.
    return ''
  }
}
