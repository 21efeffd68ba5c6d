/**
 * One budget for two processes. Each runs an agent; whatever both use is set aside and settled in one ledger in one file, and neither
 * can go past the limit, however they interleave.
 *
 * Run: node 19-shared-budget.ts
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { budgetLedger, createAgent, readBudget } from '@seamfold/core'
import type { LlmRequest } from '@seamfold/core/kit'
import { scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { sqliteDatabase, sqliteLeases, sqliteStore } from '@seamfold/store-sqlite'

const LIMIT = 30_000
const [, , file, name] = process.argv

if (file === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'seamfold-example-'))
  const database = join(folder, 'sessions.db')
  const work = (worker: string): Promise<number | null> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', import.meta.filename, database, worker], {
        stdio: 'inherit',
      })
      child.on('close', resolve)
    })
  assert.deepEqual(await Promise.all([work('one'), work('two')]), [0, 0])
  const store = sqliteStore(database)
  const state = await readBudget(store, 'today')
  console.log(`${state?.used.tokens} of ${LIMIT} tokens are used, by ${Object.keys(state?.spenders ?? {}).length} sessions`)
  assert.ok(state !== undefined && state.used.tokens > 20_000 && state.used.tokens <= LIMIT && state.held.tokens === 0)
  await store.close?.()
  rmSync(folder, { recursive: true })
} else {
  const database = sqliteDatabase(file)
  const store = sqliteStore(database)
  const ledger = budgetLedger(store, { root: 'today', limits: { tokens: LIMIT }, leases: sqliteLeases(database) })
  // A model that makes use of all that it may answer, up to 3,900 tokens.
  const answer = ({ maxOutputTokens = 3900 }: LlmRequest): ScriptedReply => ({
    blocks: [{ type: 'text', text: 'An answer.' }],
    usage: { input: 100, output: Math.min(3900, maxOutputTokens), cacheRead: 0, cacheWrite: 0, reasoning: 0 },
  })
  const llm = scriptedLlm(
    Array.from({ length: 20 }, () => answer),
    { model: { maxOutputTokens: 4000 } },
  )
  const agent = createAgent({ llm, store, budget: { ledger } })
  for (let task = 1; ; task++) {
    const result = await (await agent.run(`Task ${task} of ${name}`)).result
    if (result.status === 'failed') {
      console.log(`${name}: ${result.error.message}`)
      break
    }
  }
  await agent.close()
  await ledger.close()
  await database.close()
}
