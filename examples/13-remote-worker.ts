/**
 * A remote worker: steps run where the worker is, their events arrive here.
 *
 * Run: node 13-remote-worker.ts (both ends in one process; put them on two machines with a token and TLS)
 */
import assert from 'node:assert/strict'
import { createAgent } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'
import { remoteExecutor, serveExecutor } from '@seamfold/executor-remote'

// The worker: any executor may be served; an agent's own runs steps as sessions.
const workerAgent = createAgent({ llm: scriptedLlm(['Three files, one bug.']) })
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
await executor.close()
await serving.close()
