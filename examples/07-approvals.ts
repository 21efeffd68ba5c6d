/**
 * Approvals: nobody is there, so the run waits durably; somebody answers from elsewhere; the run goes on.
 *
 * Run: node 07-approvals.ts
 */
import assert from 'node:assert/strict'
import { createAgent, memoryStore, openSession, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { z } from 'zod'

const files = new Map<string, string>()
const write = tool({
  name: 'write',
  description: 'Write a file.',
  input: z.object({ path: z.string(), text: z.string() }),
  access: ({ path }) => [{ kind: 'write', path }], // the default policy asks for this
  effect: 'idempotent',
  execute: ({ path, text }) => {
    files.set(path, text)
    return `Wrote ${path}.`
  },
})

const store = memoryStore()
const script = [
  [callOf('write', { path: 'a.txt', text: 'draft' }), callOf('write', { path: '/etc/passwd', text: 'x' })],
  'One was written, one was not.',
]
const agent = createAgent({ llm: scriptedLlm(script), tools: [write], store })

const session = await agent.session({ id: 'desk' })
const result = await (await session.send('Write both.')).result
assert.equal(result.status, 'suspended')

// Elsewhere: no model, no claim, only the store.
const view = await openSession(store, 'desk')
for (const { requestId, toolName, args, reason } of await view.waitingFor()) {
  const { path } = args as { path: string }
  const fine = !path.startsWith('/')
  console.log(`${toolName} ${path} (${reason}): ${fine ? 'approved, with another text' : 'rejected'}`)
  const answer = fine
    ? ({ decision: 'approve', input: { path, text: 'final' } } as const)
    : ({ decision: 'reject', message: 'Stay in the workspace.' } as const)
  await view.answer(requestId, { ...answer, by: 'ada' })
}

const resumed = await session.resume()
console.log((await resumed?.completed())?.text)
assert.deepEqual([...files], [['a.txt', 'final']])
