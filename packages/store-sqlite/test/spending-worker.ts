/** A process whose agents spend from budgets, with a model that fails now and then; it goes on with whatever another one left. */
import { argv, kill, pid, stdout } from 'node:process'
import {
  AgentError,
  type AgentOptions,
  budgetLedger,
  createAgent,
  runLedgers,
  systemHost,
  taskTool,
  tool,
  Workflow,
  WorkflowBudget,
} from '@seamfold/core'
import type { LeaseStore, LlmRequest } from '@seamfold/core/kit'
import { callOf, scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { sqliteDatabase, sqliteLeases, sqliteStore, sqliteWatch } from '../src/index.ts'
import type { SpendingPlan } from './spending.ts'

const [, , path = '', words = '{}', ...names] = argv
const { scope, limits } = JSON.parse(words) as SpendingPlan
const isAmple = limits.tokens !== undefined && limits.tokens > 1_000_000
const database = sqliteDatabase(path)
const store = sqliteStore(database)

/** A dead process is known by its number, as on one machine. */
const living = (leases: LeaseStore): LeaseStore => ({
  ...leases,
  async read(key) {
    const lease = await leases.read(key)
    return lease === undefined || isAlive(Number(lease.holder.split('@')[1])) ? lease : undefined
  },
})

function isAlive(number: number): boolean {
  try {
    kill(number, 0)
    return true
  } catch {
    return false
  }
}

const real = systemHost()
const host = { ...real, id: (kind: string): string => `${real.id(kind)}@${pid}` }
const shared = {
  limits,
  leases: living(sqliteLeases(database)),
  watch: sqliteWatch(database),
  patienceMs: limits.tokens === undefined || limits.tokens < 1_000_000 ? 1000 : 20_000,
  host,
}
const ledger = budgetLedger(store, { root: 'shared', ...shared })
const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })

async function reply({ messages, maxOutputTokens = 1 }: LlmRequest): Promise<ScriptedReply> {
  stdout.write('asked\n')
  await real.clock.sleep(Math.random() * 8) // whose reply is first is left to luck
  const luck = Math.random()
  if (luck < 0.15) throw new AgentError('llm_rate_limited', 'slow down')
  if (luck < 0.25) throw new AgentError('llm_unavailable', 'cut off')
  const usage = { input: 20, output: Math.floor(Math.random() * maxOutputTokens), cacheRead: 0, cacheWrite: 0, reasoning: 0 }
  const turns = messages.filter(({ role }) => role === 'assistant').length
  const gives = turns === 0 && tools.length > 1 && JSON.stringify(messages[0]).includes('Look twice')
  const task = { agent: 'general', prompt: 'Look as well.', description: 'Looks as well.' }
  const calls = [callOf('look', { turns }), ...(gives ? [callOf('task', { tasks: [task, { ...task, prompt: 'Look too.' }] })] : [])]
  return { blocks: turns < 2 ? calls : [{ type: 'text', text: 'done' }], usage }
}

const llm = scriptedLlm(
  Array.from({ length: 2000 }, () => reply),
  { model: { maxOutputTokens: 1000, price: { input: 1, output: 2 } } },
)
const budgets: Record<SpendingPlan['scope'], AgentOptions['budget']> = {
  several: { ledger },
  run: { ledger: runLedgers(store, { each: 'run', ...shared }), perRun: withoutTime() },
  session: { ledger: runLedgers(store, { each: 'session', ...shared }), perSession: withoutTime() },
  'sub-tree': { ledger, perRun: withoutTime() },
  workflow: { ledger },
}
const tools = scope === 'sub-tree' || scope === 'workflow' ? [look, taskTool()] : [look]
const agent = createAgent({ llm, tools, store, host, retry: { attempts: 30, baseDelayMs: 0 }, budget: budgets[scope] ?? {} })

/** What the journal holds by itself. */
function withoutTime(): Omit<SpendingPlan['limits'], 'workMs'> {
  const { workMs: _, ...counted } = limits
  return counted
}

const say = (said: object): void => void stdout.write(`${JSON.stringify(said)}\n`)

async function converse(id: string): Promise<void> {
  const session = await agent.session({ id })
  for (const sendId of scope === 'session' ? ['go', 'again'] : ['go']) {
    const run = (await session.resume()) ?? (await session.send('Look twice.', { id: sendId }))
    const result = await run.result
    say({ id: `${id} ${sendId}`, status: result.status, ...(result.status === 'failed' ? { code: result.error.code } : {}) })
  }
}

async function arrange(rootId: string): Promise<void> {
  const budget = new WorkflowBudget({ ...limits, ledger })
  const workflow = new Workflow({ executor: agent.executor(), store, rootId, budget, host })
  // Where there is enough for everybody, nobody takes all of it.
  const share = { tokens: 100_000, usd: 1, turns: 100, toolCalls: 100, workMs: 600_000 }
  const step = { agent: 'default', description: 'Looks.', prompt: 'Look twice.', ...(isAmple ? { budget: share } : {}) }
  const steps = ['a', 'b', 'c'].map((taskId) => ({ taskId, ...step }))
  for (const { taskId, status, code } of await workflow.parallel(steps)) say({ id: `${rootId} ${taskId}`, status, ...(code && { code }) })
  say({ id: `${rootId} budget`, status: 'counted', ...budget.snapshot() })
  await workflow.close()
}

await Promise.all(names.map(scope === 'workflow' ? arrange : converse))
await agent.close()
await ledger.close()
await database.close()
