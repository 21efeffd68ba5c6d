/** A worker in a process of its own whose agent journals into a SQLite file that other workers share. */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAgent, jsonSchema, tool } from '@seamfold/core'
import { callOf, scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { sqliteDatabase, sqliteStore } from '@seamfold/store-sqlite'
import { serveExecutor } from '../../src/index.ts'

/** `patience` is how long the tool that waits takes: `forever`, or no time. */
const [port = '0', directory = '.', journal = '', patience = '', graceMs = '300'] = process.argv.slice(2)
const effects = join(directory, 'effects')

const pay = tool({
  name: 'pay',
  description: 'Pays, once.',
  input: jsonSchema<Record<string, never>>({ type: 'object' }),
  access: () => [],
  effect: 'unsafe',
  execute: async () => {
    appendFileSync(effects, 'paid\n')
    return 'paid'
  },
})

const wait = tool({
  name: 'wait',
  description: 'May take long.',
  input: jsonSchema<Record<string, never>>({ type: 'object' }),
  readOnly: true,
  execute: async (_input, { signal }) => {
    process.send?.({ started: 'wait' })
    if (patience !== 'forever') return 'waited'
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
  },
})

// What it says depends on what was said before, so that a run that goes on elsewhere goes on with the right turn.
const next: ScriptedReply = ({ messages }) => {
  const results = messages.flatMap(({ content }) => content).filter(({ type }) => type === 'tool_result').length
  if (results === 0) return [callOf('pay')]
  return results === 1 ? [callOf('wait')] : `done by process ${process.pid}`
}

const database = sqliteDatabase(join(directory, 'sessions.db'))
const agent = createAgent({
  llm: scriptedLlm(Array.from({ length: 100 }, () => next)),
  tools: [pay, wait],
  store: sqliteStore(database),
})
const serving = await serveExecutor(agent.executor(), {
  port: Number(port),
  token: 'secret',
  graceMs: Number(graceMs),
  labels: [patience],
  ...(journal === '' ? {} : { journal }),
})
process.send?.({ url: serving.url })
