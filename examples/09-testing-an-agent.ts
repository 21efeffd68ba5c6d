/**
 * Testing an agent: the scripted model drives the real runtime, and time stands still until the test moves it.
 *
 * Run: node 09-testing-an-agent.ts
 */
import assert from 'node:assert/strict'
import { AgentError, createAgent, policy, tool } from '@seamfold/core'
import { callOf, manualHost, scriptedLlm } from '@seamfold/core/testing'

const sent: string[] = []
const mail = tool({
  name: 'mail',
  description: 'Send a mail.',
  access: () => [{ kind: 'net', host: 'mail.example' }],
  execute: () => `sent ${sent.push('mail')}`,
})

// The agent under test: what your product makes.
const supportAgent = (llm: ReturnType<typeof scriptedLlm>, host = manualHost()): ReturnType<typeof createAgent> =>
  createAgent({ llm, tools: [mail], permissions: policy({ rules: [{ deny: { tool: 'mail', host: 'mail.example' } }] }), host })

// It never mails, whatever the model says.
const stubborn = scriptedLlm([[callOf('mail', { to: 'all' })], 'Then I will not.'])
assert.equal((await (await supportAgent(stubborn).run('Mail everybody.')).completed()).text, 'Then I will not.')
assert.equal(sent.length, 0)
assert.equal(stubborn.requests[1]?.messages.at(-1)?.content[0]?.type, 'tool_result')
stubborn.assertComplete()

// It waits for an overloaded model, and no test waits with it.
const host = manualHost()
const overloaded = new AgentError('llm_unavailable', 'overloaded', { details: { retryAfterMs: 20_000 } })
const run = await supportAgent(scriptedLlm([overloaded, 'Here I am.']), host).run('Are you there?')
const retries: number[] = []
for await (const { event } of run) {
  if (event.type !== 'model_retry') continue
  retries.push(event.delayMs)
  void host.clock.advance(event.delayMs)
}
assert.deepEqual(retries, [20_000])
console.log((await run.completed()).text)
