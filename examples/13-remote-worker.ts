/**
 * A remote worker: steps run where the worker is, their events arrive here.
 *
 * Run: node 13-remote-worker.ts (both ends in one process; put them on two machines with a token and TLS)
 */
import assert from 'node:assert/strict'
import { createAgent, jsonSchema, policy, stepTool, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { remoteExecutor, serveExecutor } from '@seamfold/executor-remote'

// The worker: any executor may be served; an agent's own runs steps as sessions. Its callers may narrow what it may do.
const fixed: string[] = []
const fix = tool({
  name: 'fix',
  description: 'Fixes a file.',
  input: jsonSchema<{ path: string }>({ type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }),
  access: ({ path }) => [{ kind: 'write', path }],
  execute: ({ path }) => void fixed.push(path),
})
const workerAgent = createAgent({
  llm: scriptedLlm(['Three files, one bug.', [callOf('fix', { path: 'src/a.ts' })], 'I may not fix it.']),
  tools: [fix],
  permissions: policy({ default: 'allow' }),
})
const serving = await serveExecutor(workerAgent.executor(), { port: 0, token: 'a-long-secret' })

// The caller.
const executor = remoteExecutor({ url: serving.url, token: 'a-long-secret' })
const types: string[] = []
const outcome = await executor.executeStep(
  { taskId: 'review-1', agent: 'default', description: 'review', prompt: 'Review the change.' },
  { signal: AbortSignal.timeout(10_000), onEvent: ({ event }) => types.push(event.type) },
)
console.log(`${outcome.status}: ${outcome.output}`)
assert.equal(outcome.output, 'Three files, one bug.')
assert.ok(types.includes('agent_end'))

// An agent that gives tasks to the worker: what it may do goes along, and the worker's agent does no more than that.
const review = stepTool<{ task: string }>({
  name: 'review',
  description: 'Has something reviewed elsewhere.',
  input: jsonSchema<{ task: string }>({ type: 'object', properties: { task: { type: 'string' } }, required: ['task'] }),
  access: () => [{ kind: 'agent', agent: 'default' }],
  executor,
  tasksOf: ({ task }) => [{ agent: 'default', description: 'review', prompt: task }],
})
const agent = createAgent({
  llm: scriptedLlm([[callOf('review', { task: 'Find the bug, and fix it.' })], 'There is a bug in src/a.ts.']),
  tools: [review],
  permissions: policy({ mode: 'read-only' }),
})
const { text } = await (await agent.run('What is wrong here?')).completed()
console.log(text)
assert.deepEqual(fixed, [])
await agent.close()
await executor.close()
await serving.close()
