/** The promises of a budget guard as data: run it against your own with `runConformance`. */
import type { BudgetDecision, BudgetGuard, LlmAttempt, SpendingEnd, ToolAttempt } from '../ports/budget-guard.ts'
import { neverAborted, within } from './agent-executor-fixtures.ts'
import { assert, assertEqual, assertRejectsWith } from './assert.ts'
import type { Case, Suite } from './conformance.ts'

/** What the suite judges: guards of a fresh budget with these limits. A threshold is told when four fifths are used. */
export interface BudgetSubject {
  guarding(limits: { readonly tokens?: number; readonly toolCalls?: number }): Promise<BudgetGuard>
}

const options = { signal: neverAborted() }
const usage = (tokens: number): SpendingEnd => ({
  type: 'settled',
  usage: { input: tokens, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
  workMs: 0,
})

const attempt = (id: string, inputTokens: number, outputTokens: number): LlmAttempt => ({
  id,
  sessionId: 's',
  runId: 'r',
  turn: 1,
  inputTokens,
  outputTokens,
})

const toolCall = (id: string): ToolAttempt => ({ id, sessionId: 's', runId: 'r', toolName: 'look' })

const ask = (guard: BudgetGuard, given: LlmAttempt): Promise<BudgetDecision> => within(guard.checkBeforeLlm(given, options), given.id)

/** Tokens that the answer may have; fails where it may have none. */
async function allowed(guard: BudgetGuard, given: LlmAttempt): Promise<number> {
  const decision = await ask(guard, given)
  if (decision.type === 'deny') throw new Error(`${given.id} was denied: ${decision.reason}`)
  return decision.outputTokens ?? given.outputTokens
}

/** Uses this up. */
async function spend(guard: BudgetGuard, id: string, tokens: number): Promise<BudgetDecision> {
  const given = attempt(id, tokens, 0)
  const decision = await ask(guard, given)
  await guard.recordAfterLlm(given, usage(tokens))
  return decision
}

const isDenied = async (guard: BudgetGuard, given: LlmAttempt): Promise<boolean> => (await ask(guard, given)).type === 'deny'

const cases: readonly Case<BudgetSubject>[] = [
  {
    id: 'guard.allows',
    title: 'what fits is allowed, to the last token',
    async run({ guarding }) {
      assertEqual(await allowed(await guarding({ tokens: 1000 }), attempt('a', 400, 600)), 600, 'the answer')
    },
  },
  {
    id: 'guard.denies',
    title: 'what does not fit is denied with its figures, and asking costs nothing',
    async run({ guarding }) {
      const guard = await guarding({ tokens: 1000 })
      await spend(guard, 'a', 300)
      const decision = await ask(guard, attempt('b', 5000, 600))
      assert(decision.type === 'deny' && decision.reason.length > 0, 'a denial has a reason')
      const { resource, consumed, limit } = decision
      assertEqual({ resource, consumed, limit }, { resource: 'tokens', consumed: 300, limit: 1000 }, 'the figures')
      assertEqual(await allowed(guard, attempt('c', 300, 400)), 400, 'what is left')
    },
  },
  {
    id: 'guard.shrinks',
    title: 'an answer may be shorter where less is left, and never longer than asked',
    async run({ guarding }) {
      const guard = await guarding({ tokens: 2000 })
      const first = attempt('a', 500, 9000)
      const output = await allowed(guard, first)
      assert(output <= 1500, `500 tokens of 2000 went in, so ${output} cannot come out`)
      await guard.recordAfterLlm(first, { type: 'released' })
      assertEqual(await allowed(guard, attempt('b', 500, 700)), 700, 'the answer')
    },
  },
  {
    id: 'guard.settles',
    title: 'what was settled counts as reported, and the rest comes back',
    async run({ guarding }) {
      const guard = await guarding({ tokens: 1000 })
      const first = attempt('a', 300, 700)
      await allowed(guard, first)
      await guard.recordAfterLlm(first, usage(250))
      assertEqual(await allowed(guard, attempt('b', 350, 400)), 400, 'the answer')
      assert(await isDenied(guard, attempt('c', 600, 300)), '250 of 1000 are used and 750 set aside: nothing else fits')
    },
  },
  {
    id: 'guard.records_once',
    title: 'the same try recorded twice counts once',
    async run({ guarding }) {
      const guard = await guarding({ tokens: 1000 })
      const first = attempt('a', 300, 100)
      await allowed(guard, first)
      await Promise.all([guard.recordAfterLlm(first, usage(400)), guard.recordAfterLlm(first, usage(400))])
      await guard.recordAfterLlm(first, { type: 'lost' })
      assertEqual(await allowed(guard, attempt('b', 300, 300)), 300, 'the answer')
    },
  },
  {
    id: 'guard.lost',
    title: 'a try that was lost counts as the most that was allowed',
    async run({ guarding }) {
      const guard = await guarding({ tokens: 1000 })
      const first = attempt('a', 300, 300)
      await allowed(guard, first)
      await guard.recordAfterLlm(first, { type: 'lost' })
      assert(await isDenied(guard, attempt('b', 500, 300)), '600 are lost: 500 cannot go in')
      assertEqual(await allowed(guard, attempt('c', 100, 300)), 300, 'the answer')
    },
  },
  {
    id: 'guard.released',
    title: 'a try that was released counts nothing',
    async run({ guarding }) {
      const guard = await guarding({ tokens: 1000 })
      const first = attempt('a', 500, 500)
      await allowed(guard, first)
      await guard.recordAfterLlm(first, { type: 'released' })
      assertEqual(await allowed(guard, attempt('b', 500, 500)), 500, 'the answer')
    },
  },
  {
    id: 'guard.parallel',
    title: 'tries that ask at once get no more together than there is',
    async run({ guarding }) {
      const guard = await guarding({ tokens: 1000 })
      let held = 0
      const one = async (index: number): Promise<void> => {
        const given = attempt(`a${index}`, 200, 200)
        const decision = await ask(guard, given)
        if (decision.type === 'deny') return
        const amount = 200 + (decision.outputTokens ?? 200)
        held += amount
        assert(held <= 1000, `${held} of 1000 tokens are allowed at once`)
        await new Promise((resolve) => setTimeout(resolve, 1))
        held -= amount
        await guard.recordAfterLlm(given, usage(10))
      }
      await within(Promise.all(Array.from({ length: 8 }, (_, index) => one(index))), 'eight tries at once')
    },
  },
  {
    id: 'guard.asked_again',
    title: 'the same try asked for again is one try',
    async run({ guarding }) {
      const guard = await guarding({ tokens: 1000 })
      const first = attempt('a', 300, 300)
      await allowed(guard, first)
      assertEqual(await allowed(guard, first), 300, 'the same again')
      await guard.recordAfterLlm(first, usage(600))
      assertEqual(await allowed(guard, attempt('b', 100, 300)), 300, 'the answer')
    },
  },
  {
    id: 'guard.tools',
    title: 'tool calls are counted when they begin',
    async run({ guarding }) {
      const guard = await guarding({ toolCalls: 2 })
      for (const id of ['a', 'b']) assertEqual((await guard.checkBeforeTool(toolCall(id), options)).type, 'allow', id)
      await guard.recordAfterTool(toolCall('a'), { type: 'settled', workMs: 0 })
      const third = await within(guard.checkBeforeTool(toolCall('c'), options), 'the third call')
      assert(third.type === 'deny' && third.resource === 'toolCalls', 'the third of two calls is denied')
    },
  },
  {
    id: 'guard.family',
    title: 'a sub-agent spends from the same budget, while the call that gave it its task is open',
    async run({ guarding }) {
      const guard = await guarding({ tokens: 1000, toolCalls: 2 })
      await spend(guard, 'a', 300)
      const task = { ...toolCall('task'), toolName: 'task', composite: true }
      assertEqual((await within(guard.checkBeforeTool(task, options), 'the task')).type, 'allow', 'the task')
      const child = { sessionId: 'child', parentSessionId: 's', agent: 'reviewer' }
      const first = { ...attempt('b', 300, 100), ...child }
      assertEqual(await allowed(guard, first), 100, 'the answer to the sub-agent')
      await guard.recordAfterLlm(first, usage(400))
      const call = { ...toolCall('c'), ...child }
      assertEqual((await within(guard.checkBeforeTool(call, options), 'its call')).type, 'allow', 'its call')
      await guard.recordAfterTool(call, { type: 'settled', workMs: 0 })
      assert(await isDenied(guard, { ...attempt('d', 400, 0), ...child }), '700 of 1000 are used by both: 400 do not fit')
      const third = await within(guard.checkBeforeTool({ ...toolCall('e'), ...child }, options), 'a third call')
      assert(third.type === 'deny', 'the third of two calls is denied to a sub-agent too')
      await guard.recordAfterTool(task, { type: 'settled', workMs: 0 })
      assert(await isDenied(guard, attempt('f', 400, 0)), 'what a sub-agent used is gone for who gave it its task')
    },
  },
  {
    id: 'guard.threshold_once',
    title: 'a threshold is told once',
    async run({ guarding }) {
      const guard = await guarding({ tokens: 1000 })
      const told: number[] = []
      for (const [index, tokens] of [500, 350, 10, 10].entries()) {
        const decision = await spend(guard, `a${index}`, tokens)
        if (decision.type === 'allow') for (const { consumed } of decision.thresholds ?? []) told.push(consumed)
      }
      assertEqual(told, [850], 'what was told')
    },
  },
  {
    id: 'guard.cancel',
    title: 'waiting ends with the reason of the signal',
    async run({ guarding }) {
      const guard = await guarding({ tokens: 1000 })
      await allowed(guard, attempt('a', 500, 500))
      const control = new AbortController()
      const reason = new Error('enough')
      const waiting = guard.checkBeforeLlm(attempt('b', 500, 500), { signal: control.signal })
      const early = waiting.then((decision) => decision.type === 'deny').catch(() => false)
      setTimeout(() => control.abort(reason), 5)
      if (await within(early, 'the end of the waiting')) return // a guard need not wait: it denied at once
      await assertRejectsWith(waiting, reason, 'a try that waits')
    },
  },
]

export const budgetGuardSuite: Suite<BudgetSubject> = { seam: 'BudgetGuard', cases }
