/** A worker in a process of its own whose agent asks: a person, about a call, and for work that is done elsewhere. */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { answerKey, askUser, createAgent, externalTool, policy, tool } from '@seamfold/core'
import { textOf } from '@seamfold/core/kit'
import { callOf, scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { sqliteStore } from '@seamfold/store-sqlite'
import { serveExecutor } from '../../src/index.ts'

const [port = '0', directory = '.', secret = '', afterMs = '0'] = process.argv.slice(2)

const write = tool({
  name: 'write',
  description: 'Writes.',
  access: () => [{ kind: 'write', path: 'a' }],
  effect: 'unsafe',
  execute: (input) => {
    appendFileSync(join(directory, 'effects'), `${JSON.stringify(input)}\n`)
    return `wrote ${JSON.stringify(input)}`
  },
})
const build = externalTool({ name: 'build', description: 'Builds elsewhere.', access: () => [] })

const asked = {
  question: () => [callOf('ask_user', { question: 'Which colour?', options: [{ label: 'red' }, { label: 'blue' }], free_text: false })],
  approval: () => [callOf('write', { text: 'hi' })],
  work: () => [callOf('build', { target: 'x' })],
  all: () => [callOf('ask_user', { question: 'Sure?' }), callOf('write', { text: 'hi' }), callOf('build', { target: 'x' })],
}

// What it says depends on what was said before, so that a run that goes on elsewhere goes on with the right turn.
const next: ScriptedReply = ({ messages }) => {
  const results = messages
    .flatMap(({ content }) => content)
    .flatMap((block) => (block.type === 'tool_result' && typeof block.content === 'string' ? [block.content] : []))
  if (results.length > 0) return `heard ${results.join(', ')}`
  return asked[textOf(messages[0] ?? { content: [] }) as keyof typeof asked]()
}

const agent = createAgent({
  llm: scriptedLlm(Array.from({ length: 100 }, () => next)),
  tools: [askUser(), write, build],
  store: sqliteStore(join(directory, 'worker.db')),
  permissions: policy({ rules: [{ ask: { tool: 'write' } }], default: 'allow' }),
  ...(secret === '' ? {} : { answerKey: answerKey(secret) }),
  ...(afterMs === '0' ? {} : { confirmTimeout: { afterMs: Number(afterMs), action: 'reject' as const } }),
})
const serving = await serveExecutor(agent.executor(), { port: Number(port), token: 'secret', graceMs: 300, journal: 'asking' })
process.send?.({ url: serving.url })
