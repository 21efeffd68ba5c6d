/** `dailyLedger`: a budget for each day, also in processes that live for many. */
import { AgentError, toMessage } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { assertPriced } from '../orchestration/ledger-guard.ts'
import { checkLedgerOptions, type LedgerOptions } from '../orchestration/ledger-options.ts'
import { budgetRoots, readBudget } from '../orchestration/read-ledger.ts'
import type { BudgetDecision, BudgetGuard, Spender, SpendingEnd } from '../ports/budget-guard.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { type BudgetLedger, budgetLedger, guardedBudget } from './budget-ledger.ts'
import type { BudgetGrants, GrantRequest, SharedBudget } from './shared-budget.ts'

export interface DailyLedgerOptions extends Omit<LedgerOptions, 'root'> {
  /** The root of a day is this and its date, such as `day-2026-11-21`. Default: `day`. */
  readonly name?: string
  /** IANA time zone, such as `Europe/Berlin`: a new day begins at its midnight. Default: `UTC`. */
  readonly zone?: string
}

export interface DailyLedger extends BudgetGuard, SharedBudget {
  readonly contract: 1
  /** The ledger of this day. */
  today(): BudgetLedger
  close(): Promise<void>
}

/** A day's ledger, and the tries that were allowed by it and are under way. */
type Day = { readonly root: string; readonly ledger: BudgetLedger; readonly tries: Set<string> }

const DAY_MS = 86_400_000

/**
 * Each attempt and each tool call is paid from the day on which it begins. Give it to `createAgent({ budget: { ledger } })`. Throws
 * `invalid_argument` for limits that cannot be held, and for a time zone that there is not.
 */
export function dailyLedger(store: SessionStore, { name = 'day', zone = 'UTC', ...options }: DailyLedgerOptions): DailyLedger {
  checkLedgerOptions({ ...options, root: name })
  const { clock } = options.host ?? systemHost()
  const days = new Days((at) => `${name}-${dateIn(zone, at)}`, {
    now: clock.now,
    open: (root) => budgetLedger(store, { ...options, root }),
    granted: () => grantsOut(store, name),
  })
  days.today() // an unknown zone is told at once
  const guard: BudgetGuard = {
    contract: 1,
    checkBeforeLlm: (attempt, given) => days.ask(attempt, (ledger) => ledger.checkBeforeLlm(attempt, given)),
    checkBeforeTool: (call, given) => days.ask(call, (ledger) => ledger.checkBeforeTool(call, given)),
    recordAfterLlm: (spender, end) => days.tell(spender, (ledger) => ledger.recordAfterLlm(spender, end)),
    recordAfterTool: (spender, end: SpendingEnd) => days.tell(spender, (ledger) => ledger.recordAfterTool(spender, end)),
  }
  const grants: BudgetGrants = {
    grant: (request, given) => days.grant(request, given),
    settle: (id, taken) => days.end(id, (ledger) => ledger.settle(id, taken)),
    lose: (id) => days.end(id, (ledger) => ledger.lose(id)),
    // It may go on when the day is over, and is paid from that day: what it has stays its own.
    rest: async () => {},
  }
  const check = (price: unknown): void => assertPriced(options.limits, price, name)
  const shared = guardedBudget(guard, { order: name, check, grants: () => grants })
  return { ...guard, ...shared, contract: 1, today: () => days.today().ledger, close: () => days.close() }
}

type DaysOptions = {
  now(): number
  open(root: string): BudgetLedger
  /** All grants that are out, whoever asked for them, with the roots of their days. */
  granted(): Promise<ReadonlyMap<string, string>>
}

class Days {
  readonly #rootOf: (at: number) => string
  readonly #options: DaysOptions
  readonly #open = new Map<string, Day>()
  #reading: Promise<ReadonlyMap<string, string>> | undefined

  constructor(rootOf: (at: number) => string, options: DaysOptions) {
    this.#rootOf = rootOf
    this.#options = options
  }

  today(): Day {
    const day = this.#at(this.#options.now())
    for (const each of this.#open.values()) if (each !== day) this.#leave(each)
    return day
  }

  /** Who asks for more time asks the day that it began on. */
  async ask({ id, elapsedMs = 0 }: Spender, check: (ledger: BudgetLedger) => Promise<BudgetDecision>): Promise<BudgetDecision> {
    const day = (elapsedMs > 0 ? this.#dayOf(id) : undefined) ?? this.today()
    day.tries.add(id)
    const decision = await check(day.ledger).catch((error: unknown) => {
      day.tries.delete(id)
      throw error
    })
    if (decision.type === 'deny') day.tries.delete(id)
    return decision
  }

  /** What another process began may have been begun the day before: who does not know it changes nothing. */
  async tell({ id }: Spender, record: (ledger: BudgetLedger) => Promise<void>): Promise<void> {
    const day = this.#dayOf(id)
    const days = day === undefined ? [this.today(), this.#at(this.#options.now() - DAY_MS)] : [day]
    await Promise.all(days.map(({ ledger }) => record(ledger)))
    day?.tries.delete(id)
    this.today()
  }

  /** A step is paid from the day on which it begins, however long it takes. */
  async grant(request: GrantRequest, given: Parameters<BudgetGrants['grant']>[1]): ReturnType<BudgetGrants['grant']> {
    const { id, again } = request
    const day = this.#dayOf(id) ?? (again ? await this.#paying(id) : undefined) ?? this.today()
    day.tries.add(id)
    const granted = await day.ledger.grant(request, given).catch((error: unknown) => {
      day.tries.delete(id)
      throw error
    })
    if (granted === undefined) day.tries.delete(id)
    return granted
  }

  /** Of a grant: what nobody knows any more was settled before. */
  async end(id: string, tell: (ledger: BudgetLedger) => Promise<void>): Promise<void> {
    const day = this.#dayOf(id) ?? (await this.#paying(id))
    if (day === undefined) return
    await tell(day.ledger)
    day.tries.delete(id)
    this.today()
  }

  async close(): Promise<void> {
    const days = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(days.map(({ ledger }) => ledger.close()))
  }

  /** Who asks while the days are read is told of the same reading. */
  async #paying(id: string): Promise<Day | undefined> {
    this.#reading ??= this.#options.granted().finally(() => (this.#reading = undefined))
    const root = (await this.#reading).get(id)
    return root === undefined ? undefined : this.#of(root)
  }

  #at(at: number): Day {
    return this.#of(this.#rootOf(at))
  }

  #of(root: string): Day {
    const day = this.#open.get(root) ?? { root, ledger: this.#options.open(root), tries: new Set() }
    this.#open.set(root, day)
    return day
  }

  #dayOf(id: string): Day | undefined {
    return [...this.#open.values()].find(({ tries }) => tries.has(id))
  }

  /** A day that is over is closed when nothing of it is under way. */
  #leave(day: Day): void {
    if (day.tries.size > 0) return
    this.#open.delete(day.root)
    day.ledger.close().catch(() => {}) // what it holds is settled by whoever opens it next
  }
}

async function grantsOut(store: SessionStore, name: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for await (const root of budgetRoots(store)) {
    const state = root.startsWith(`${name}-`) ? await readBudget(store, root) : undefined
    for (const { id, kind } of state?.reservations ?? []) if (kind === 'grant') found.set(id, root)
  }
  return found
}

/** As `2026-11-21`. */
function dateIn(timeZone: string, at: number): string {
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
    return `${parts.year}-${parts.month}-${parts.day}`
  } catch (error) {
    throw new AgentError(
      'invalid_argument',
      `'${timeZone}' is no time zone: ${toMessage(error)}. Give an IANA name, such as 'Europe/Berlin'`,
    )
  }
}
