/** A budget that any number of processes spend from: set aside before, settled after, in one log. */
import { type Host, systemHost } from '../base/host.ts'
import { childSignal } from '../base/signals.ts'
import { addSpending, type BudgetLimits, inWords, NO_SPENDING, type Resource, RESOURCES, type Spending } from '../model/spending.ts'
import type { BudgetThreshold } from '../ports/budget-guard.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { ledgerHolder, type LedgerHolder } from './ledger-holder.ts'
import { type LedgerDraft, LedgerLog } from './ledger-log.ts'
import { checkLedgerOptions, type LedgerOptions } from './ledger-options.ts'
import type { Reservation, ReservationKind } from './ledger-record.ts'
import { type LedgerGrantRequest, limited, shareOf } from './ledger-share.ts'
import { type Need, roomFor } from './ledger-room.ts'
import { type LedgerSnapshot, thresholdName } from './ledger-state.ts'

export type ReserveRequest = Need & { readonly kind: ReservationKind; readonly spender: string; readonly agent?: string | undefined }

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

type Granted = { readonly type: 'granted'; readonly granted: Partial<Spending> }

const DEFAULT_HOLD_MS = 600_000
const DEFAULT_PATIENCE_MS = 60_000
/** Milliseconds between looks at what other processes have settled: the first, and the longest. */
const FIRST_LOOK_MS = 50
const LONGEST_LOOK_MS = 1000

export class Ledger {
  readonly root: string
  readonly limits: BudgetLimits
  readonly #thresholds: readonly number[]
  readonly #host: Host
  readonly #holder: LedgerHolder
  readonly #log: LedgerLog
  readonly #holdMs: number
  readonly #patienceMs: number
  /** Those here that wait, the first one first: nobody who comes later passes by. */
  readonly #line: symbol[] = []
  #wake = new Set<() => void>()
  /** Settlements that the store has not taken yet. */
  readonly #owed = new Map<string, Settlement>()
  #limitsSet = false
  /** What dead processes left is settled before anything else is done, once. */
  #opened: Promise<number> | undefined

  constructor(store: SessionStore, options: LedgerOptions) {
    const { root, limits, thresholds = [0.8], leases, host = systemHost(), holdMs = DEFAULT_HOLD_MS, patienceMs } = options
    checkLedgerOptions(options)
    this.root = root
    this.limits = limits
    this.#thresholds = thresholds
    this.#host = host
    this.#holdMs = holdMs
    this.#patienceMs = patienceMs ?? DEFAULT_PATIENCE_MS
    this.#holder = ledgerHolder({ leases, host, root })
    this.#log = new LedgerLog({ store, host, root, writer: this.#holder.id })
  }

  /**
   * Sets the worst case aside. While others hold what would let it have all that it asks for, it waits; then it takes less; where
   * there is too little, it is refused. Asked again under an id that is set aside, it replaces that. Rejects with the signal's reason.
   */
  reserve(request: ReserveRequest, { signal }: { readonly signal: AbortSignal }): Promise<Reserved | Refused> {
    // What is under way already must not wait for those who wait for it.
    return this.#inTurn(signal, request.elapsedMs === 0, (draft, begun) => this.#decide(draft, request, begun))
  }

  /**
   * Sets a share aside for somebody who cannot ask here: a worker, or a step. It counts as spent until it is settled, whoever dies.
   * Asked again under an id that is out, it is the same grant. Undefined when nothing is left.
   */
  async grant(request: LedgerGrantRequest, { signal }: { readonly signal: AbortSignal }): Promise<Partial<Spending> | undefined> {
    const given = await this.#inTurn(signal, true, (draft) => this.#decideGrant(draft, request))
    return given.type === 'refused' ? undefined : given.granted
  }

  /** Tries at once unless others wait here, then whenever something may have changed. */
  async #inTurn<T extends { readonly type: string }>(
    signal: AbortSignal,
    waits: boolean,
    decide: (draft: LedgerDraft, begun: number) => T | Waiting,
  ): Promise<T> {
    signal.throwIfAborted()
    await this.#holder.alive()
    this.#opened ??= this.settleLost().catch((error: unknown) => {
      this.#opened = undefined // tried again by the next one
      throw error
    })
    await this.#opened
    const begun = this.#host.clock.now()
    if (!waits || this.#line.length === 0) {
      const outcome = await this.#try((draft) => decide(draft, begun))
      if (outcome !== 'wait') return outcome
    }
    const place = Symbol(this.root)
    if (waits) this.#line.push(place)
    try {
      for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, LONGEST_LOOK_MS)) {
        await this.#changed(pause, signal)
        if (waits && this.#line[0] !== place) continue
        await this.settleLost()
        const outcome = await this.#try((draft) => decide(draft, begun))
        if (outcome !== 'wait') return outcome
      }
    } finally {
      if (waits) this.#line.splice(this.#line.indexOf(place), 1)
      this.#changedHere()
    }
  }

  /** What it took counts, and no more is set aside for it. Done twice it counts once. Without `workMs` the time that was allowed counts. */
  settle(id: string, taken: Partial<Spending>): Promise<void> {
    return this.#settle({
      id,
      how: 'reported',
      amount: ({ workMs }) => addSpending({ ...NO_SPENDING, workMs }, { ...taken, workMs: (taken.workMs ?? workMs) - workMs }),
    })
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
    return this.#log.transact(({ state }) => state.snapshot())
  }

  /** Says that this process holds nothing any more: what it still does counts as lost where leases tell. */
  async close(): Promise<void> {
    await this.#pay()
    await this.#holder.close()
  }

  async #try<T>(decide: (draft: LedgerDraft) => T): Promise<T> {
    const outcome = await this.#log.transact((draft) => {
      this.#addOwed(draft)
      if (!this.#limitsSet && JSON.stringify(draft.state.limits) !== JSON.stringify(this.limits))
        draft.add({ type: 'limits_set', limits: this.limits })
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
    const room = roomFor(draft.state, this.limits, request)
    const patient = draft.now - begun < this.#patienceMs
    const fitting = room.type === 'later' ? (patient ? undefined : room.now) : room
    if (fitting === undefined) return 'wait'
    if (fitting.type !== 'fits') return { ...fitting, type: 'refused' }
    // What is under way keeps what it has, and gets more time.
    const amount = elapsedMs > 0 && own !== undefined ? { ...own.amount, workMs: fitting.amount.workMs } : fitting.amount
    draft.add({ type: 'reserved', ...this.#reservation(request, amount, draft.now) })
    return { type: 'reserved', output: fitting.output, amount, thresholds: this.#passed(draft) }
  }

  #decideGrant(draft: LedgerDraft, request: LedgerGrantRequest): Granted | { readonly type: 'refused' } | Waiting {
    const { state, now } = draft
    const own = state.reservations.get(request.id)
    const granted = own === undefined ? shareOf(state, this.limits, request) : limited(own.amount, this.limits)
    if (typeof granted === 'string') return granted === 'later' ? 'wait' : { type: 'refused' }
    const amount = own?.amount ?? addSpending(NO_SPENDING, granted)
    draft.add({ type: 'reserved', ...this.#reservation({ ...request, kind: 'grant' }, amount, now) })
    return { type: 'granted', granted }
  }

  #reservation({ id, kind, spender, agent }: Whose, amount: Spending, at: number): Reservation {
    const { id: holder, leased } = this.#holder
    return { id, kind, holder, leased, spender, ...(agent === undefined ? {} : { agent }), amount, at, until: at + this.#holdMs }
  }

  /** Thresholds that nobody has been told of. */
  #passed({ state, add }: LedgerDraft): readonly BudgetThreshold[] {
    const passed: BudgetThreshold[] = []
    for (const resource of RESOURCES) {
      const limit = this.limits[resource]
      const consumed = state.used[resource]
      for (const share of this.#thresholds) {
        if (limit === undefined || consumed < limit * share || state.thresholds.has(thresholdName(resource, share))) continue
        add({ type: 'threshold_hit', resource, share, consumed, limit })
        const message = `${inWords(resource, consumed)} of ${inWords(resource, limit)} of the budget '${this.root}' are used`
        passed.push({ resource, consumed, limit, message })
      }
    }
    return passed
  }

  /** What the store does not take now is tried again with whatever is done next. */
  async #settle(settlement: Settlement): Promise<void> {
    if (!this.#owed.has(settlement.id)) this.#owed.set(settlement.id, settlement) // the first one counts
    await this.#pay()
  }

  async #pay(): Promise<void> {
    const due = [...this.#owed.values()]
    if (due.length === 0) return
    await this.#log.transact((draft) => this.#addOwed(draft))
    for (const settlement of due) if (this.#owed.get(settlement.id) === settlement) this.#owed.delete(settlement.id)
    this.#changedHere()
  }

  #addOwed({ state, add }: LedgerDraft): void {
    for (const { id, how, amount } of this.#owed.values()) {
      const reservation = state.reservations.get(id)
      // Whoever took over may have begun the same try: only its own holder knows that it took nothing.
      const known = reservation !== undefined && (how !== 'released' || reservation.holder === this.#holder.id)
      if (known) add({ type: 'settled', id, how, amount: amount(reservation.amount) })
    }
  }

  #changedHere(): void {
    const waking = this.#wake
    this.#wake = new Set()
    for (const wake of waking) wake()
  }

  async #changed(ms: number, signal: AbortSignal): Promise<void> {
    const pause = childSignal(signal)
    const wake = (): void => pause.abort(wake)
    this.#wake.add(wake)
    try {
      await this.#host.clock.sleep(ms, { signal: pause.signal })
    } catch (error) {
      if (error !== wake) throw error
    } finally {
      this.#wake.delete(wake)
      pause.release()
    }
  }
}

type Settlement = {
  readonly id: string
  readonly how: 'reported' | 'lost' | 'released'
  amount(reserved: Spending): Spending
}
