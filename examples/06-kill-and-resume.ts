/**
 * Durable: the process is killed in the middle of a tool call, and another one goes on. What was paid is not paid again.
 *
 * Run: node 06-kill-and-resume.ts
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { sqliteStore } from '@seamfold/store-sqlite'
import { z } from 'zod'

const [role, folder = mkdtempSync(join(tmpdir(), 'seamfold-'))] = process.argv.slice(2)
const ledger = join(folder, 'paid.txt')

const pay = tool({
  name: 'pay',
  description: 'Pay an invoice.',
  input: z.object({ invoice: z.string() }),
  effect: 'unsafe',
  // After a crash: was it paid? Where a tool can tell, nothing is repeated and nothing is left open.
  probe: async ({ invoice }) => {
    const paid = existsSync(ledger) && readFileSync(ledger, 'utf8').includes(invoice)
    return paid ? { state: 'done', result: `Invoice ${invoice} was paid.` } : { state: 'not_started' }
  },
  execute: ({ invoice }) => {
    writeFileSync(ledger, `${invoice}\n`, { flag: 'a' })
    if (role === 'first') process.kill(process.pid, 'SIGKILL') // paid, and gone before anybody could say so
    return `Invoice ${invoice} was paid.`
  },
})

const script = role === 'first' ? [[callOf('pay', { invoice: 'A-17' })]] : ['Invoice A-17 is paid.']
const agent = createAgent({ llm: scriptedLlm(script), tools: [pay], store: sqliteStore(join(folder, 'sessions.db')) })
const session = await agent.session({ id: 'invoices' })

if (role === 'first') {
  const run = await session.send('Pay invoice A-17.')
  await run.result
} else {
  const child = fork(import.meta.filename, ['first', folder], { stdio: 'inherit' })
  const [, signal] = await new Promise<[number | null, string | null]>((resolve) => child.once('exit', (...end) => resolve(end)))
  console.log(`The first process ended with ${signal}.`)
  for await (const { status, runId } of agent.unfinished()) console.log(`Unfinished: ${runId} (${status}).`)
  const resumed = await session.resume()
  const { text } = (await resumed?.completed()) ?? assert.fail('there was nothing to resume')
  console.log(text)
  assert.equal(readFileSync(ledger, 'utf8'), 'A-17\n')
}
