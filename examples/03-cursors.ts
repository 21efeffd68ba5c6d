/**
 * Reading: any number of readers, each at its own pace, and a reader that was cut off goes on where it was.
 *
 * Run: node 03-cursors.ts
 */
import assert from 'node:assert/strict'
import { createAgent, memoryStore, openSession } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'

const store = memoryStore()
const agent = createAgent({ llm: scriptedLlm(['One thing after the other, and none of them twice.']), store })
const session = await agent.session({ id: 'reading' })
const run = await session.send('How do readers work?')

// The first reader leaves in the middle. That never stops the run.
const first: string[] = []
let cursor: string | undefined
for await (const { event, durable, cursor: here } of run) {
  if (durable) first.push(event.type)
  if (durable) cursor = here
  if (event.type === 'turn_start') break
}

// It comes back with the cursor of the last fact that it has, and gets exactly the rest.
const rest: string[] = []
for await (const { event, durable } of run.events(cursor === undefined ? {} : { after: cursor })) if (durable) rest.push(event.type)

// Anybody who can open the store sees the same facts, in this process or another one.
const view = await openSession(store, session.id)
const all: string[] = []
for await (const { event } of view.events({ follow: false })) all.push(event.type)

console.log([...first, '—', ...rest].join(' '))
assert.deepEqual([...first, ...rest], all.slice(all.indexOf('agent_start')))
