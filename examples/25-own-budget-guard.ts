/**
 * A budget of your own: every team may make so many tool calls a day, as some service of yours counts them. The guard is asked before
 * each model call and each tool call, and told what they took, retries and sub-agents included.
 *
 * Run: node 25-own-budget-guard.ts
 */
import assert from 'node:assert/strict'
import { createAgent, guardedBudget, tool } from '@seamfold/core'
import type { BudgetGuard } from '@seamfold/core/kit'
import { scriptedLlm } from '@seamfold/core/testing'

const LIMIT = 2

/** Counts in memory; yours may ask a service. The same `id` asked for again is the same try. */
function callsPerTeam(limit: number): BudgetGuard {
  const begun = new Set<string>()
  return {
    contract: 1,
    checkBeforeLlm: async () => ({ type: 'allow' }),
    recordAfterLlm: async () => {},
    async checkBeforeTool({ id, toolName }, { signal }) {
      signal.throwIfAborted()
      if (!begun.has(id) && begun.size >= limit) {
        const reason = `'${toolName}' did not run: the team has made its ${limit} calls of today`
        return { type: 'deny', resource: 'toolCalls', consumed: begun.size, limit, reason }
      }
      begun.add(id)
      return { type: 'allow' }
    },
    async recordAfterTool({ id }, end) {
      if (end.type === 'released') begun.delete(id)
    },
  }
}

const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })
const call = (n: number) => ({ type: 'tool_use', id: `call-${n}`, name: 'look', input: { n } }) as const
const llm = scriptedLlm([[call(1)], [call(2)], [call(3)], 'I looked twice.'])
const agent = createAgent({ llm, tools: [look], budget: { ledger: guardedBudget(callsPerTeam(LIMIT)) } })

const run = await agent.run('Look three times.')
let refused = ''
for await (const { event } of run) if (event.type === 'budget_threshold_hit') refused = event.message
assert.match(refused, /the team has made its 2 calls/)
assert.equal((await run.completed()).text, 'I looked twice.')
console.log(refused)
await agent.close()
