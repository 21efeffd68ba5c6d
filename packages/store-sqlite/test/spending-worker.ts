/** A process whose agents spend from one budget, with a model that fails now and then; it goes on with whatever another one left. */
import { argv, kill, pid, stdout } from 'node:process'
import { AgentError, budgetLedger, createAgent, systemHost, tool } from '@seamfold/core'
import type { LeaseStore, LlmRequest } from '@seamfold/core/kit'
import { callOf, scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { sqliteDatabase, sqliteLeases, sqliteStore } from '../src/index.ts'

const [, , path = '', limit = '0', ...sessions] = argv
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
const ledger = budgetLedger(store, { root: 'shared', limits: { tokens: Number(limit) }, leases: living(sqliteLeases(database)), host })
const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })

async function reply({ messages, maxOutputTokens = 1 }: LlmRequest): Promise<ScriptedReply> {
  stdout.write('asked\n')
  await real.clock.sleep(Math.random() * 8)
  const luck = Math.random()
  if (luck < 0.15) throw new AgentError('llm_rate_limited', 'slow down')
  if (luck < 0.25) throw new AgentError('llm_unavailable', 'cut off')
  const usage = { input: 20, output: Math.floor(Math.random() * maxOutputTokens), cacheRead: 0, cacheWrite: 0, reasoning: 0 }
  const turns = messages.filter(({ role }) => role === 'assistant').length
  return { blocks: turns < 2 ? [callOf('look', { turns })] : [{ type: 'text', text: 'done' }], usage }
}

const llm = scriptedLlm(
  Array.from({ length: 500 }, () => reply),
  { model: { maxOutputTokens: 1000 } },
)
const agent = createAgent({ llm, tools: [look], store, host, retry: { attempts: 30, baseDelayMs: 0 }, budget: { ledger } })
await Promise.all(
  sessions.map(async (id) => {
    const session = await agent.session({ id })
    const run = (await session.resume()) ?? (await session.send('Look twice.', { id: 'go' }))
    const result = await run.result
    stdout.write(`${JSON.stringify({ id, status: result.status, ...(result.status === 'failed' ? { code: result.error.code } : {}) })}\n`)
  }),
)
await agent.close()
await ledger.close()
await database.close()
