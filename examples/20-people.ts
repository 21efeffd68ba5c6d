/**
 * People: a question, a task that is done elsewhere, an approval for the whole session with a deadline, and signed answers.
 *
 * Run: node 20-people.ts
 */
import assert from 'node:assert/strict'
import {
  alwaysRules,
  answerKey,
  askUser,
  completeExternal,
  createAgent,
  externalTool,
  memoryStore,
  openSession,
  policy,
  questionOf,
  tool,
} from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { z } from 'zod'

const painted: string[] = []
const paint = tool({
  name: 'paint',
  description: 'Paint a wall.',
  input: z.object({ wall: z.string(), colour: z.string() }),
  access: ({ wall }) => [{ kind: 'write', path: `walls/${wall}` }],
  effect: 'idempotent',
  execute: ({ wall, colour }) => `Painted ${painted.push(`${wall} ${colour}`) && wall}.`,
})
const mix = externalTool({ name: 'mix', description: 'Have a colour mixed in the shop.', timeoutMs: 86_400_000 })

const key = answerKey('known to the agent and to the people who may answer')
const store = memoryStore()
const agent = createAgent({
  llm: scriptedLlm([
    [callOf('ask_user', { question: 'Which colour?', options: [{ label: 'red' }, { label: 'blue' }], free_text: false })],
    [callOf('mix', { colour: 'blue' })],
    [callOf('paint', { wall: 'north', colour: 'blue' })],
    [callOf('paint', { wall: 'south', colour: 'blue' })],
    'Both walls are blue.',
  ]),
  tools: [askUser(), mix, paint],
  store,
  permissions: policy(), // reads the rules of the session
  confirmTimeout: { afterMs: 600_000, action: 'reject' },
  answerKey: key,
})
const session = await agent.session({ id: 'house' })
let result = await (await session.send('Paint the house.')).result

// Elsewhere: only the store and the key.
const view = await openSession(store, 'house', { answerKey: key })
while (result.status === 'suspended') {
  for (const request of await view.waitingFor()) {
    if (request.kind === 'question') {
      const { question, options } = questionOf(request)
      console.log(`${question} ${options.map(({ label }) => label).join(' or ')}: blue`)
      await view.answer(request.requestId, { decision: 'reply', value: 'blue', by: 'ann' })
    } else if (request.kind === 'external_task') {
      console.log(`Task ${JSON.stringify(request.args)}: mixed`)
      await completeExternal(view, request.requestId, { result: 'Two buckets.', by: 'the shop' })
    } else {
      const like = alwaysRules(request)
      console.log(`${request.toolName}: always ${like?.words}`)
      await view.answer(request.requestId, { decision: 'approve', always: like?.rules ?? [], by: 'ann' })
    }
  }
  const run = await session.resume()
  if (run === undefined) break
  result = await run.result
}
console.log(result.text)
assert.deepEqual(painted, ['north blue', 'south blue'])
