/** A budget that any number of processes spend from: set aside before, settled after, in one log. */
import { defer } from '../base/defer.ts'
import { type Host, systemHost } from '../base/host.ts'
import { present } from '../base/present.ts'
import { ledgerPrefix } from '../journal/keys.ts'
import { addSpending, type BudgetLimits, NO_SPENDING, type Resource, type Spending } from '../model/spending.ts'
import type { BudgetThreshold } from '../ports/budget-guard.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { LedgerFamily } from './ledger-family.ts'
import { ledgerHolder, type LedgerHolder } from './ledger-holder.ts'
import { LedgerLine, type Turn } from './ledger-line.ts'
import { type LedgerDraft, LedgerLog } from './ledger-log.ts'
import { checkLedgerOptions, type LedgerOptions } from './ledger-options.ts'
import { Owed, type Settlement } from './ledger-owed.ts'
import type { Reservation, ReservationKind } from './ledger-record.ts'
import { type Need, roomFor } from './ledger-room.ts'
import { grantedTo, type LedgerGrantRequest } from './ledger-share.ts'
import type { LedgerSnapshot } from './ledger-state.ts'
import { passedThresholds } from './ledger-thresholds.ts'

export type ReserveRequest = Need & {
  readonly kind: ReservationKind
  /** Its session, and the one that gave it its task. */
  readonly spender: string
  readonly parent?: string | undefined
  readonly agent?: string | undefined
}

export type Reserved = {
  readonly type: 'reserved'
  readonly output: number
  readonly amount: Spending
  readonly thresholds: readonly BudgetThreshold[]
}

export type Refused = {
  readonly type: 'refused'
  readonly resource: Resource
  readonly consumed: number
  readonly limit: number
  readonly held: number
}

type Waiting = 'wait'

type Whose = Pick<ReserveRequest, 'id' | 'kind' | 'spender' | 'agent'>

type Granted = { readonly type: 'granted'; readonly granted: Partial<Spending>; readonly thresholds: readonly BudgetThreshold[] }

/** Since when it is asked for, and whether anybody is told of thresholds. */
type Asking = { readonly begun: number; readonly warned: boolean }

/** Is told of a threshold that was passed. */
export type Warn = (threshold: BudgetThreshold) => void

const DEFAULT_HOLD_MS = 600_000
const DEFAULT_PATIENCE_MS = 60_000

export class Ledger {
  readonly root: string
  readonly limits: BudgetLimits
  readonly thresholds: readonly number[]
  readonly #host: Host
  readonly #holder: LedgerHolder
  readonly #log: LedgerLog
  readonly #holdMs: number
  readonly #patienceMs: number
  readonly #line: LedgerLine
  readonly #owed: Owed
  readonly #family = new LedgerFamily()
  #limitsSet = false
  /** What dead processes left is settled before anything else is done, once. */
  #opened: Promise<number> | undefined
  #isOpen = false
  #paysSoon = false

  constructor(store: SessionStore, options: LedgerOptions) {
    const { root, limits, thresholds = [0.8], leases, watch, host = systemHost(), holdMs = DEFAULT_HOLD_MS, patienceMs } = options
    checkLedgerOptions(options)
    this.root = root
    this.limits = limits
    this.thresholds = thresholds
    this.#host = host
    this.#holdMs = holdMs
    this.#patienceMs = patienceMs ?? DEFAULT_PATIENCE_MS
    this.#holder = ledgerHolder({ leases, host, root })
    this.#log = new LedgerLog({ store, host, root, writer: this.#holder.id })
    this.#line = new LedgerLine({ clock: host.clock, watch, prefix: ledgerPrefix(root) })
    this.#owed = new Owed({ holder: this.#holder.id, log: this.#log, paid: () => this.#line.changed() })
  }

  /**
   * Sets the worst case aside. While others hold what would let it have all that it asks for, it waits; then it takes less; where
   * there is too little, it is refused. Asked again under an id that is set aside, it replaces that. Rejects with the signal's reason.
   */
  reserve(request: ReserveRequest, { signal }: { readonly signal: AbortSignal }): Promise<Reserved | Refused> {
    // What is under way already must not wait for those who wait for it.
    return this.#inTurn(
      {
        signal,
        queues: request.elapsedMs === 0,
        queued: () => this.#try((draft) => this.#asksItself(draft, request)),
      },
      (draft, begun) => this.#decide(draft, request, begun),
    )
  }

  /**
   * Sets a share aside for somebody who cannot ask here: a worker, or a step. It counts as spent until it is settled, whoever dies.
   * Asked again under an id that is out, it is the same grant; under one that rests, what it has used and a share of what is left.
   * While others hold all that is left, it waits; undefined when nothing is left, or when patience is over. `warn` is called once for
   * each threshold that was passed and that nobody was told of.
   */
  async grant(
    request: LedgerGrantRequest,
    { signal, warn }: { readonly signal: AbortSignal; readonly warn?: Warn },
  ): Promise<Partial<Spending> | undefined> {
    const given = await this.#inTurn({ signal, queues: false }, (draft, begun) =>
      this.#decideGrant(draft, request, { begun, warned: warn !== undefined }),
    )
    if (given.type === 'refused') return undefined
    for (const threshold of given.thresholds) warn?.(threshold)
    return given.granted
  }

  /** Tries at once unless others wait here, then whenever something may have changed. */
  async #inTurn<T>(turn: Turn, decide: (draft: LedgerDraft, begun: number) => T | Waiting): Promise<T> {
    turn.signal.throwIfAborted()
    if (!this.#holder.isAlive()) await this.#holder.live()
    if (!this.#isOpen) await this.#open()
    const begun = this.#host.clock.now()
    const attempt = (draft: LedgerDraft): T | Waiting => decide(draft, begun)
    if (this.#line.isFree(turn)) {
      const outcome = await this.#try(attempt)
      if (outcome !== 'wait') return outcome
    } else await turn.queued?.()
    return this.#line.wait(turn, async () => {
      await this.settleLost()
      const outcome = await this.#try(attempt)
      return outcome === 'wait' ? undefined : outcome
    })
  }

  async #open(): Promise<void> {
    try {
      await (this.#opened ??= this.settleLost())
      this.#isOpen = true
    } catch (error) {
      this.#opened = undefined // tried again by the next one
      throw error
    }
  }

  /**
   * What it took counts, and no more is set aside for it. Done twice it counts once. Without `workMs` the time that was allowed counts.
   * `warn` is called once for each threshold that is passed with it and that nobody was told of. `soon`: it counts here at once, and is
   * stored with what is asked for next, in the next turn of the event loop at the latest.
   */
  settle(
    id: string,
    taken: Partial<Spending>,
    { warn, soon = false }: { readonly warn?: Warn; readonly soon?: boolean } = {},
  ): Promise<void> {
    const settlement: Settlement = {
      id,
      how: 'reported',
      amount: ({ workMs }) => addSpending({ ...NO_SPENDING, workMs }, { ...taken, workMs: (taken.workMs ?? workMs) - workMs }),
      ...(warn === undefined ? {} : { warn, passed: (draft) => passedThresholds(draft, this) }),
    }
    if (!soon) return this.#settle(settlement)
    this.#owed.add(settlement)
    if (!this.#paysSoon)
      defer(() => {
        this.#paysSoon = false
        this.#pay().catch(() => {}) // it stays owed, and is paid with whatever is done next
      })
    this.#paysSoon = true
    return Promise.resolve()
  }

  /**
   * Whoever has this grant waits, for a person or to be resumed: what it has used stays out, and the rest is given back until the grant
   * is asked for again. Without `workMs` the time that was allowed counts as used.
   */
  async rest(id: string, used: Partial<Spending>): Promise<void> {
    await this.#log.transact(({ state, now, add }) => {
      const grant = state.reservations.get(id)
      // Whoever took it over goes on with all of it.
      if (grant?.kind !== 'grant' || grant.holder !== this.#holder.id) return
      const amount = state.chargeOf(grant, addSpending(NO_SPENDING, { workMs: grant.amount.workMs, ...used }))
      add({ type: 'reserved', ...grant, amount, resting: true, at: now })
    })
    this.#line.changed()
  }

  /** Nobody will ever say what it took: it counts as its worst case. */
  lose(id: string): Promise<void> {
    return this.#settle({ id, how: 'lost', amount: (reserved) => reserved })
  }

  /** It certainly took nothing. Changes nothing where somebody else has set it aside again since. */
  release(id: string): Promise<void> {
    return this.#settle({ id, how: 'released', amount: () => NO_SPENDING })
  }

  /** Settles what dead processes left behind at its worst case. Resolves with how many there were. */
  async settleLost(): Promise<number> {
    const open = await this.#log.transact(({ state }) => [...state.reservations.values()])
    const lost = await this.#holder.lostOf(open)
    if (lost.length === 0) return 0
    return this.#log.transact((draft) => {
      const still = lost.filter(({ id, holder }) => draft.state.reservations.get(id)?.holder === holder)
      for (const { id, amount } of still) draft.add({ type: 'settled', id, how: 'lost', amount })
      return still.length
    })
  }

  snapshot(): Promise<LedgerSnapshot> {
    return this.#owed.pay(({ state }) => state.snapshot())
  }

  /** Says that this process holds nothing any more: what it still does counts as lost where leases tell. */
  async close(): Promise<void> {
    await this.#pay()
    await this.#holder.close()
  }

  #try<T>(decide: (draft: LedgerDraft) => T): Promise<T> {
    return this.#limitsSet ? this.#owed.pay(decide) : this.#tryFirst(decide)
  }

  async #tryFirst<T>(decide: (draft: LedgerDraft) => T): Promise<T> {
    const outcome = await this.#owed.pay((draft) => {
      if (JSON.stringify(draft.state.limits) !== JSON.stringify(this.limits)) draft.add({ type: 'limits_set', limits: this.limits })
      return decide(draft)
    })
    this.#limitsSet = true
    return outcome
  }

  #decide(draft: LedgerDraft, request: ReserveRequest, begun: number): Reserved | Refused | Waiting {
    const { id, elapsedMs } = request
    const own = draft.state.reservations.get(id)
    // Time that is asked for after the end is of no use to anybody.
    if (elapsedMs > 0 && own === undefined) return { type: 'refused', resource: 'workMs', consumed: 0, limit: 0, held: 0 }
    this.#asksItself(draft, request)
    const room = roomFor(draft.state, this.limits, request)
    const patient = draft.now - begun < this.#patienceMs
    const fitting = room.type === 'later' ? (patient ? undefined : room.now) : room
    if (fitting === undefined || (patient && fitting.type === 'full' && fitting.grants)) return 'wait'
    if (fitting.type !== 'fits') {
      const { resource, consumed, limit, held } = fitting
      return { type: 'refused', resource, consumed, limit, held }
    }
    // What is under way keeps what it has, and gets more time.
    const amount = elapsedMs > 0 && own !== undefined ? { ...own.amount, workMs: fitting.amount.workMs } : fitting.amount
    draft.add({ type: 'reserved', ...this.#reservation(request, amount, draft.now) })
    return { type: 'reserved', output: fitting.output, amount, thresholds: passedThresholds(draft, this) }
  }

  /** Who asks for itself needs no grant from the same ledger: it would be set aside, and counted, twice. */
  #asksItself(draft: LedgerDraft, request: ReserveRequest): void {
    const grant = this.#family.grantOf(draft.state, request)
    if (grant !== undefined && grant.selfPaid !== true) draft.add({ type: 'reserved', ...grant, amount: NO_SPENDING, selfPaid: true })
  }

  #decideGrant(
    draft: LedgerDraft,
    request: LedgerGrantRequest,
    { begun, warned }: Asking,
  ): Granted | { readonly type: 'refused' } | Waiting {
    const { state, now } = draft
    const own = state.reservations.get(request.id)
    const granted = grantedTo(state, this.limits, request)
    if (typeof granted === 'string') return granted === 'later' && now - begun < this.#patienceMs ? 'wait' : { type: 'refused' }
    const amount = own === undefined || own.resting || own.selfPaid ? addSpending(NO_SPENDING, granted) : own.amount
    draft.add({
      type: 'reserved',
      ...this.#reservation({ ...request, kind: 'grant' }, amount, now),
      ...present({ covers: request.covers, paidBefore: own?.selfPaid ?? own?.paidBefore }),
    })
    return { type: 'granted', granted, thresholds: warned ? passedThresholds(draft, this) : [] }
  }

  #reservation({ id, kind, spender, agent }: Whose, amount: Spending, at: number): Reservation {
    const { id: holder, leased } = this.#holder
    return { id, kind, holder, leased, spender, ...(agent === undefined ? {} : { agent }), amount, at, until: at + this.#holdMs }
  }

  /** What the store does not take now is tried again with whatever is done next. */
  async #settle(settlement: Settlement): Promise<void> {
    this.#owed.add(settlement)
    await this.#pay()
  }

  async #pay(): Promise<void> {
    if (this.#owed.isEmpty) return
    await this.#owed.pay(() => {})
  }
}
