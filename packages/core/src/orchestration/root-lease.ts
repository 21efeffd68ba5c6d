/** Says that whoever runs a workflow lives, for as long as it does. */
import { AgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { LeaseStore } from '../ports/lease-store.ts'

/** Milliseconds that a lease lasts without being renewed. */
const TTL_MS = 30_000
/** A lease that is nearer to its end than this begins no step. */
const MARGIN_MS = 5_000

export interface RootLease {
  /** Throws `workflow_lost` when the lease may run out before anything is done. */
  assert(): void
  release(): Promise<void>
}

export interface RootLeaseOptions {
  readonly leases: LeaseStore | undefined
  readonly rootId: string
  readonly holder: string
  readonly host: Host
  /** Called once when the lease could not be kept. */
  onLost(error: AgentError): void
}

const none: RootLease = { assert: () => {}, release: () => Promise.resolve() }

/** Throws `workflow_held`, saying by whom and until when, while another holder lives. */
export async function leaseRoot({ leases, rootId, holder, host, onLost }: RootLeaseOptions): Promise<RootLease> {
  if (leases === undefined) return none
  const key = `workflow/${rootId}`
  const now = (): number => host.clock.now()
  // By the clock of this process, from before it asked: that of the store may be another.
  let end = now() + TTL_MS
  const lease = await leases.acquire(key, holder, TTL_MS)
  if (lease.holder !== holder) throw heldBy(rootId, lease.holder, lease.expiresAt)
  let stop: (() => void) | undefined
  let released = false
  const lost = (): AgentError =>
    new AgentError('workflow_lost', `The lease of workflow ${rootId} ran out before it could be renewed: another process may run it`)
  const renew = async (): Promise<void> => {
    const asked = now()
    const renewed = await leases.renew(key, holder, TTL_MS).catch(() => 'unclear') // tried again while it lasts
    if (released) return
    if (renewed !== undefined && renewed !== 'unclear') end = asked + TTL_MS
    if (renewed === undefined || end <= now()) return onLost(lost())
    arm()
  }
  const arm = (): void => {
    if (!released) stop = host.clock.timer(TTL_MS / 3, () => void renew())
  }
  arm()
  return {
    assert() {
      if (now() > end - MARGIN_MS) throw lost()
    },
    async release() {
      released = true
      stop?.()
      await leases.release(key, holder)
    },
  }
}

const heldBy = (rootId: string, holder: string, expiresAt: number): AgentError =>
  new AgentError(
    'workflow_held',
    `Workflow ${rootId} is run by ${holder}, whose lease lasts until ${new Date(expiresAt).toISOString()}: wait for it, or for its lease to end`,
    { retryable: true, details: { holder, expiresAt } },
  )
