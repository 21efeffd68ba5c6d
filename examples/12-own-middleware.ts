/**
 * Full control: a concern of your own in the stages of the loop. This one counts tokens per tool, keeps the count over crashes
 * (it is folded from facts), and stops a run that reads too much.
 *
 * Run: node 12-own-middleware.ts
 */
import assert from 'node:assert/strict'
import { createAgent, defineMiddleware, type Middleware, tool, userText } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'

function readingLimit(characters: number): Middleware {
  return defineMiddleware<number>({
    name: 'reading-limit',
    initial: 0,
    fold: (read, fact) => (fact.type === 'agent_start' ? 0 : fact.type === 'tool_end' ? read + JSON.stringify(fact.output).length : read),
    start: (_run, read) => ({
      // Seen by this turn's model call only.
      prepareTurn: (draft) => ({ ...draft, messages: [...draft.messages, userText(`(${characters - read()} characters left to read)`)] }),
      // Around every tool call: time it.
      async wrapToolCall(invocation, next) {
        const started = performance.now()
        const outcome = await next(invocation)
        console.log(`${invocation.call.name} took ${(performance.now() - started).toFixed(1)} ms`)
        return outcome
      },
      decideNext: () => (read() > characters ? { type: 'stop', reason: 'read enough', text: 'I have read enough.' } : undefined),
    }),
  })
}

const page = tool({ name: 'page', description: 'Read a page.', readOnly: true, execute: () => 'x'.repeat(600) })
const agent = createAgent({
  llm: scriptedLlm([[callOf('page', { n: 1 })], [callOf('page', { n: 2 })], 'never said']),
  tools: [page],
  use: [readingLimit(1000)],
})
const result = await (await agent.run('Read the book.')).completed()
console.log(`${result.text} (${result.reason})`)
assert.equal(result.reason, 'read enough')
