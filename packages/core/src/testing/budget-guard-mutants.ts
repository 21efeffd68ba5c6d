/** Budget guards that break one promise each: the suite must reject every one of them, by the case that is named. */
import { totalTokens } from '../model/usage.ts'
import type { BudgetDecision, BudgetGuard, BudgetThreshold, LlmAttempt, Spender, SpendingEnd } from '../ports/budget-guard.ts'
import type { BudgetSubject } from './budget-guard-suite.ts'
import type { Candidate } from './conformance.ts'

/** A broken budget guard, and the id of the case that finds it out. */
export interface BudgetGuardMutant extends Candidate<BudgetSubject> {
  readonly killedBy: string
}

type Limits = Parameters<BudgetSubject['guarding']>[0]

/** A sound guard in memory that never waits, as pieces that can be broken. */
class PlainBudget {
  readonly limits: Limits
  used = 0
  calls = 0
  told = false
  readonly held = new Map<string, number>()

  constructor(limits: Limits) {
    this.limits = limits
  }

  left(beside?: string): number {
    let left = (this.limits.tokens ?? Infinity) - this.used
    for (const [id, tokens] of this.held) if (id !== beside) left -= tokens
    return left
  }

  check({ id, inputTokens, outputTokens }: LlmAttempt): BudgetDecision {
    const output = Math.min(outputTokens, this.left(id) - inputTokens)
    if (output < 0) return this.denial('tokens')
    this.held.set(id, inputTokens + output)
    return { type: 'allow', outputTokens: output, thresholds: this.passed() }
  }

  denial(resource: 'tokens' | 'toolCalls'): BudgetDecision {
    const consumed = resource === 'tokens' ? this.used : this.calls
    return {
      type: 'deny',
      resource,
      consumed,
      limit: this.limits[resource] ?? 0,
      reason: `${consumed} of ${this.limits[resource]} ${resource}`,
    }
  }

  passed(): readonly BudgetThreshold[] {
    const { tokens = Infinity } = this.limits
    if (this.told || this.used < 0.8 * tokens) return []
    this.told = true
    return [{ resource: 'tokens', consumed: this.used, limit: tokens, message: 'most of it is used' }]
  }

  record(id: string, end: SpendingEnd): void {
    const held = this.held.get(id)
    if (held === undefined) return
    this.held.delete(id)
    this.used += this.taken(held, end)
  }

  taken(held: number, end: SpendingEnd): number {
    if (end.type === 'released') return 0
    return end.type === 'settled' && end.usage !== undefined ? totalTokens(end.usage) : held
  }

  begin(): BudgetDecision {
    if (this.calls >= (this.limits.toolCalls ?? Infinity)) return this.denial('toolCalls')
    this.calls++
    return { type: 'allow' }
  }
}

const guardOf = (budget: PlainBudget): BudgetGuard => ({
  contract: 1,
  checkBeforeLlm: async (attempt) => budget.check(attempt),
  recordAfterLlm: async ({ id }, end) => budget.record(id, end),
  checkBeforeTool: async () => budget.begin(),
  recordAfterTool: async () => {},
})

const mutant = (name: string, killedBy: string, make: (limits: Limits) => BudgetGuard): BudgetGuardMutant => ({
  name,
  killedBy,
  create: () => ({ guarding: async (limits) => make(limits) }),
})

/** Breaks one piece of the plain budget. */
const breaking =
  (breakIt: (budget: PlainBudget) => Partial<PlainBudget>) =>
  (limits: Limits): BudgetGuard => {
    const budget = new PlainBudget(limits)
    return guardOf(Object.assign(budget, breakIt(budget)))
  }

/** The plain budget itself, for whoever wants to see that the suite lets a sound guard pass. */
export const plainBudgetGuard = (limits: Limits): BudgetGuard => guardOf(new PlainBudget(limits))

/** Every mutant is rejected by the case in its `killedBy`. */
export const budgetGuardMutants: readonly BudgetGuardMutant[] = [
  mutant('keeps a reserve for itself', 'guard.allows', (limits) =>
    plainBudgetGuard({ ...limits, tokens: 0.99 * (limits.tokens ?? Infinity) }),
  ),
  mutant('allows everything', 'guard.denies', (limits) => {
    const guard = plainBudgetGuard(limits)
    return { ...guard, checkBeforeLlm: async () => ({ type: 'allow' }) }
  }),
  mutant(
    'charges for a question that it denies',
    'guard.denies',
    breaking((budget) => ({
      denial(resource) {
        budget.used += 1
        return PlainBudget.prototype.denial.call(budget, resource)
      },
    })),
  ),
  mutant(
    'lets an answer be as long as the budget',
    'guard.shrinks',
    breaking((budget) => ({
      check(attempt) {
        const decision = PlainBudget.prototype.check.call(budget, attempt)
        return decision.type === 'deny' ? decision : { ...decision, outputTokens: budget.limits.tokens ?? 0 }
      },
    })),
  ),
  mutant(
    'counts the worst case for good',
    'guard.settles',
    breaking(() => ({ taken: (held) => held })),
  ),
  mutant(
    'counts what is told twice, twice',
    'guard.records_once',
    breaking((budget) => ({
      record(id, end) {
        const held = budget.held.get(id) ?? 0
        budget.held.delete(id)
        budget.used += budget.taken(held, end)
      },
    })),
  ),
  mutant(
    'forgets what was lost',
    'guard.lost',
    breaking((budget) => ({ taken: (held, end) => (end.type === 'lost' ? 0 : PlainBudget.prototype.taken.call(budget, held, end)) })),
  ),
  mutant(
    'charges for what never began',
    'guard.released',
    breaking((budget) => ({
      taken: (held, end) => PlainBudget.prototype.taken.call(budget, held, end.type === 'released' ? { type: 'lost' } : end),
    })),
  ),
  mutant(
    'looks only at what is settled',
    'guard.parallel',
    breaking((budget) => ({ left: () => (budget.limits.tokens ?? Infinity) - budget.used })),
  ),
  mutant(
    'takes each question for another try',
    'guard.asked_again',
    breaking((budget) => ({
      check: (attempt) => PlainBudget.prototype.check.call(budget, { ...attempt, id: `${attempt.id}/${budget.held.size}` }),
      record(id, end) {
        for (const each of budget.held.keys()) if (each.startsWith(`${id}/`)) PlainBudget.prototype.record.call(budget, each, end)
      },
    })),
  ),
  mutant(
    'counts tool calls when they have ended',
    'guard.tools',
    breaking((budget) => ({ begin: () => (budget.calls > 0 ? budget.denial('toolCalls') : { type: 'allow' }) })),
  ),
  mutant('gives each sub-agent a budget of its own', 'guard.family', (limits) => {
    const budgets = new Map<string, BudgetGuard>()
    const of = ({ sessionId }: Spender): BudgetGuard => {
      const guard = budgets.get(sessionId) ?? plainBudgetGuard(limits)
      budgets.set(sessionId, guard)
      return guard
    }
    return {
      contract: 1,
      checkBeforeLlm: (attempt, options) => of(attempt).checkBeforeLlm(attempt, options),
      recordAfterLlm: (attempt, end) => of(attempt).recordAfterLlm(attempt, end),
      checkBeforeTool: (call, options) => of(call).checkBeforeTool(call, options),
      recordAfterTool: (call, end) => of(call).recordAfterTool(call, end),
    }
  }),
  mutant('lets sub-agents wait for their task', 'guard.family', (limits) => {
    const guard = plainBudgetGuard(limits)
    const { promise: ended, resolve: end } = Promise.withResolvers<undefined>()
    return {
      ...guard,
      async checkBeforeLlm(attempt, options) {
        if (attempt.parentSessionId !== undefined) await ended
        return guard.checkBeforeLlm(attempt, options)
      },
      async recordAfterTool({ parentSessionId }) {
        if (parentSessionId === undefined) end(undefined)
      },
    }
  }),
  mutant(
    'warns again and again',
    'guard.threshold_once',
    breaking((budget) => ({
      passed() {
        budget.told = false
        return PlainBudget.prototype.passed.call(budget)
      },
    })),
  ),
  mutant('waits whatever the signal says', 'guard.cancel', (limits) => {
    const budget = new PlainBudget(limits)
    return {
      ...guardOf(budget),
      async checkBeforeLlm(attempt) {
        const decision = budget.check(attempt)
        if (decision.type === 'deny') await new Promise(() => {})
        return decision
      },
    }
  }),
]
