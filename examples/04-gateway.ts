/**
 * A company gateway, twice: the adapter pointed at it with { baseURL, headers, fetch }, and an LlmClient of your own.
 *
 * Run: node 04-gateway.ts
 */
import assert from 'node:assert/strict'
import { createAgent } from '@seamfold/core'
import { AgentError, httpError, type LlmClient } from '@seamfold/core/kit'
import { openai } from '@seamfold/llm-openai'
import { answer, startSimulator, text } from '@seamfold/simulator'

await using gateway = await startSimulator({ scenario: () => answer([text('Hello from behind the gateway.')]) })

// 1. The official protocol behind another address: nothing to write.
const seen: string[] = []
const throughAdapter = openai({
  model: 'gpt-4.1',
  apiKey: 'none',
  baseURL: gateway.openaiBaseUrl,
  headers: { 'x-team': 'platform' },
  fetch: (input, init) => {
    seen.push(new Headers(init?.headers).get('x-team') ?? '')
    return fetch(input, init)
  },
})

// 2. A protocol of your own: one streaming method. Deltas as they come, then one `done`.
const ownClient: LlmClient = {
  contract: 1,
  model: { provider: 'gateway', id: 'house-model' },
  async *stream({ system, messages }, { signal }) {
    const response = await fetch(`${gateway.openaiBaseUrl}/chat/completions`, {
      method: 'POST',
      signal,
      headers: { authorization: 'Bearer none', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4.1', messages: [{ role: 'system', content: system }, ...messages.map(toWire)] }),
    })
    if (!response.ok) throw httpError({ status: response.status, provider: 'The gateway', message: await response.text(), now: Date.now() })
    const said = ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content
    if (said === undefined) throw new AgentError('llm_unavailable', 'The gateway sent no answer')
    yield [{ type: 'text_delta', block: 0, text: said }]
    const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
    yield [{ type: 'done', message: { role: 'assistant', content: [{ type: 'text', text: said }] }, usage, stopReason: 'end_turn' }]
  },
}

function toWire({ role, content }: Parameters<LlmClient['stream']>[0]['messages'][number]): { role: string; content: string } {
  return { role, content: content.map((block) => (block.type === 'text' ? block.text : '')).join('') }
}

for (const llm of [throughAdapter, ownClient]) {
  const result = await (await createAgent({ llm }).run('Hello?')).completed()
  console.log(`${llm.model.provider}: ${result.text}`)
  assert.equal(result.text, 'Hello from behind the gateway.')
}
assert.deepEqual(seen, ['platform'])
