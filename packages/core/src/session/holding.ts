/** Keeps this process the one that may write a session, and says when it no longer is. */
import { AgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { LeaseStore } from '../ports/lease-store.ts'

/** Milliseconds that a lease lasts without being renewed. */
const TTL_MS = 30_000
/** A lease that is nearer to its end than this begins no effect. */
const MARGIN_MS = 5_000

export interface Holding {
  readonly holder: string
  /** The session was taken from a holder whose lease ran out, and who may still be alive. */
  readonly afterExpiry: boolean
  /** Leases say who lives. Without any, whoever has not let go of the session may do so still. */
  readonly leased: boolean
  /** Throws `session_lost` when the lease may run out before an effect is over. */
  assert(): void
  /**
   * `settled`: nothing of the session's journal is claimed any more. Where something is, the lease runs out instead of being given
   * back, so that whoever comes next is told that the holder of that claim may live. Never rejects: a lease runs out by itself.
   */
  release(settled: boolean): Promise<void>
}

export interface HoldOptions {
  readonly leases: LeaseStore | undefined
  readonly sessionId: string
  readonly host: Host
  /** Called once when somebody else holds the session. */
  onLost(error: AgentError): void
}

/** Throws `session_held`, saying by whom and until when, while another holder lives. */
export async function hold({ leases, sessionId, host, onLost }: HoldOptions): Promise<Holding> {
  const holder = host.id('holder')
  if (leases === undefined) return { holder, afterExpiry: false, leased: false, assert: () => {}, release: () => Promise.resolve() }
  const key = leaseKey(sessionId)
  const now = (): number => host.clock.now()
  // By the clock of this process, from before it asked: that of the store may be another.
  let end = now() + TTL_MS
  const lease = await leases.acquire(key, holder, TTL_MS)
  if (lease.holder !== holder) throw heldBy(sessionId, lease)
  let over = false
  let stops: readonly (() => void)[] = []
  const stop = (): void => {
    over = true
    for (const each of stops) each()
  }
  const lose = (): void => {
    stop()
    onLost(leaseLost(sessionId))
  }
  const renew = async (): Promise<void> => {
    const asked = now()
    const renewed = await leases.renew(key, holder, TTL_MS).catch(() => 'unclear')
    if (over) return
    if (renewed === undefined) return lose()
    if (renewed !== 'unclear') end = asked + TTL_MS
    arm()
  }
  /** A renewal that fails, or that nobody answers, leaves what is left of the lease. */
  const arm = (): void => {
    for (const each of stops) each()
    stops = [host.clock.timer(end - now(), lose), host.clock.timer(TTL_MS / 3, () => void renew())]
  }
  arm()
  return {
    holder,
    afterExpiry: lease.takenFrom !== undefined,
    leased: true,
    assert() {
      if (now() > end - MARGIN_MS) throw leaseLost(sessionId)
    },
    async release(settled) {
      if (over) return
      stop()
      await (settled ? leases.release(key, holder) : leases.renew(key, holder, 0)).catch(() => {})
    },
  }
}

const leaseLost = (sessionId: string): AgentError =>
  new AgentError('session_lost', `The lease of session ${sessionId} ran out before it could be renewed: another process may hold it`)

const leaseKey = (sessionId: string): string => `session/${sessionId}`

/** Why a session takes no prompt whose run is under way in another process. Undefined when nobody alive holds it. */
export async function heldElsewhere(leases: LeaseStore | undefined, sessionId: string): Promise<AgentError | undefined> {
  const lease = await leases?.read(leaseKey(sessionId))
  return lease && heldBy(sessionId, lease)
}

const heldBy = (sessionId: string, { holder, expiresAt }: { readonly holder: string; readonly expiresAt: number }): AgentError =>
  new AgentError(
    'session_held',
    `Session ${sessionId} is held by ${holder} until ${new Date(expiresAt).toISOString()}: wait, or speak to it through openSession(…)`,
    {
      retryable: true,
      details: { holder, expiresAt },
    },
  )
