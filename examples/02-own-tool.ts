/**
 * A tool of your own: its schema, what a call touches, what happens when it is made twice.
 *
 * Run: node 02-own-tool.ts
 */
import assert from 'node:assert/strict'
import { createAgent, policy, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { z } from 'zod'

const shelf = new Map([['tea', 3]])

const stock = tool({
  name: 'stock',
  description: 'How many of an article are on the shelf.',
  input: z.object({ article: z.string() }),
  readOnly: true,
  execute: ({ article }) => ({ article, count: shelf.get(article) ?? 0 }),
})

const order = tool({
  name: 'order',
  description: 'Order more of an article.',
  input: z.object({ article: z.string(), count: z.number().int().positive() }),
  access: () => [{ kind: 'net', host: 'supplier.example' }],
  effect: 'keyed', // the supplier takes an order with the same key once
  execute: ({ article, count }, { idempotencyKey }) => {
    shelf.set(article, (shelf.get(article) ?? 0) + count)
    return `Ordered ${count} of ${article} (${idempotencyKey.slice(0, 8)}).`
  },
})

const llm = scriptedLlm([
  [callOf('stock', { article: 'tea' })],
  [callOf('order', { article: 'tea', count: 'seven' })], // not a number: the model is told, and corrects itself
  [callOf('order', { article: 'tea', count: 7 })],
  'There are ten now.',
])
const agent = createAgent({
  llm,
  tools: [stock, order],
  permissions: policy({ rules: [{ allow: { tool: 'order', host: 'supplier.example' } }] }),
})
const run = await agent.run('Have ten tea on the shelf.')

for await (const { event } of run) {
  if (event.type === 'tool_end') console.log(`${event.isError ? '✗' : '✓'} ${event.name}: ${JSON.stringify(event.output).slice(0, 80)}`)
}
console.log((await run.completed()).text)
assert.equal(shelf.get('tea'), 10)
