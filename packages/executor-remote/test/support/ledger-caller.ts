/** An agent that gives a task to a worker and pays for it from a ledger that the worker does not have. */
import { join } from 'node:path'
import { type Agent, budgetLedger, createAgent, jsonSchema, type LedgerSnapshot, readBudget, stepTool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { sqliteDatabase, sqliteStore } from '@seamfold/store-sqlite'
import { remoteExecutor } from '../../src/index.ts'

const LIMIT = 20_000

export type LedgerCaller = {
  readonly agent: Agent
  ledger(): Promise<LedgerSnapshot | undefined>
  close(): Promise<void>
}

export function ledgerCaller(directory: string, url: string): LedgerCaller {
  const database = sqliteDatabase(join(directory, 'caller.db'))
  const store = sqliteStore(database)
  const executor = remoteExecutor({ url, token: 'secret', connectMs: 20_000 })
  const there = stepTool({
    name: 'there',
    description: 'Has it done there.',
    input: jsonSchema<Record<string, never>>({ type: 'object' }),
    access: () => [],
    executor,
    policies: [],
    tasksOf: () => [{ agent: 'default', description: 'pay', prompt: 'Pay, and wait.' }],
  })
  const agent = createAgent({
    llm: scriptedLlm(
      Array.from(
        { length: 9 },
        () =>
          ({ messages }) =>
            messages.length > 1 ? 'It is done.' : [callOf('there')],
      ),
      { model: { maxOutputTokens: 20 } },
    ),
    tools: [there],
    store,
    budget: { ledger: budgetLedger(store, { root: 'day', limits: { tokens: LIMIT } }) },
  })
  const close = async (): Promise<void> => {
    await agent.close()
    await executor.close()
    await store.close?.()
  }
  return { agent, ledger: () => readBudget(store, 'day'), close }
}
