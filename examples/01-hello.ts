/**
 * The smallest agent: a model, a prompt, an answer.
 *
 * Run: node 01-hello.ts (a scripted model answers; put `anthropic({ model: 'claude-sonnet-4-6' })` in its place for a real one)
 */
import assert from 'node:assert/strict'
import { createAgent } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'

const agent = createAgent({ llm: scriptedLlm(['Hello! What shall we build?']) })
const run = await agent.run('Say hello.')

let shown = ''
for await (const { event } of run) {
  if (event.type === 'text_delta') shown += event.text
}

const { text, usage } = await run.completed()
console.log(text)
console.log(`${usage.input} tokens in, ${usage.output} out`)
assert.equal(shown, text)
