/** Run as a process: an agent that works on a SQLite file, with a first reply that breaks off, then says `done`. */
import { argv, stdout } from 'node:process'
import { createAgent, tool } from '@seamfold/core'
import { AgentError, type LlmClient, type LlmEvent } from '@seamfold/core/kit'
import { sqliteStore } from '@seamfold/store-sqlite'

const [, , path = '', rounds = '10'] = argv

const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
let asked = 0

const model: LlmClient = {
  contract: 1,
  model: { provider: 'test', id: 'test' },
  async *stream(): AsyncGenerator<readonly LlmEvent[]> {
    asked++
    const text = `reply ${asked}`
    for (const word of text.split(' ')) {
      yield [{ type: 'text_delta', block: 0, text: word }]
      await pause()
    }
    if (asked === 2) throw new AgentError('llm_unavailable', 'the connection broke off')
    const last = asked > Number(rounds)
    const call = { type: 'tool_use' as const, id: `call_${asked}`, name: 'look', input: { asked } }
    const content = last ? [{ type: 'text' as const, text }] : [{ type: 'text' as const, text }, call]
    yield [{ type: 'done', message: { role: 'assistant', content }, usage, stopReason: last ? 'end_turn' : 'tool_use' }]
  },
}

const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => pause().then(() => 'seen') })
const store = sqliteStore(path)
const agent = createAgent({ llm: model, tools: [look], store, retry: { baseDelayMs: 1 } })
const session = await agent.session({ id: 's' })
await (await session.send('go')).completed()
await agent.close()
await store.close?.()
stdout.write('done')

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}
