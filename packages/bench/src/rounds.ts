/** What one round of the runtime alone costs: no network, a model that answers at once, a store that counts. */
import { createAgent, jsonSchema, memoryStore, tool } from '@seamfold/core'
import type { LlmClient, SessionStore } from '@seamfold/core/kit'

export type RoundCost = { readonly cpuUs: number; readonly appends: number; readonly records: number; readonly bytes: number }

const usage = { input: 10, output: 5, cacheRead: 0, cacheWrite: 0, reasoning: 0 }

function countingModel(rounds: number): LlmClient {
  let asked = 0
  return {
    contract: 1,
    model: { provider: 'bench', id: 'bench' },
    async *stream() {
      asked++
      if (asked > rounds) {
        yield [{ type: 'text_delta', block: 0, text: 'done' }]
        yield [{ type: 'done', message: { role: 'assistant', content: [{ type: 'text', text: 'done' }] }, usage, stopReason: 'end_turn' }]
        return
      }
      const call = { type: 'tool_use' as const, id: `call_${asked}`, name: 'add', input: { a: asked, b: 2 } }
      yield [{ type: 'tool_start', block: 0, id: call.id, name: call.name }]
      yield [{ type: 'done', message: { role: 'assistant', content: [call] }, usage, stopReason: 'tool_use' }]
    },
  }
}

function countingStore(): { readonly store: SessionStore; readonly counts: { appends: number; records: number; bytes: number } } {
  const store = memoryStore()
  const counts = { appends: 0, records: 0, bytes: 0 }
  const append: SessionStore['append'] = (key, records, options) => {
    counts.appends++
    counts.records += records.length
    for (const record of records) counts.bytes += record.length
    return store.append(key, records, options)
  }
  return { store: { ...store, append }, counts }
}

/** Per round of a run of so many, after a warm-up. */
export async function roundCost(rounds: number): Promise<RoundCost> {
  const input = jsonSchema<{ a: number; b: number }>({
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number' } },
    required: ['a', 'b'],
  })
  const tools = [tool({ name: 'add', description: 'Add.', input, effect: 'unsafe', execute: ({ a, b }) => String(a + b) })]
  const once = async (count: number): Promise<RoundCost> => {
    const { store, counts } = countingStore()
    const agent = createAgent({ llm: countingModel(count), tools, store, budget: { perRun: { turns: 100_000 } } })
    const cpu = process.cpuUsage()
    const run = await agent.run('go')
    for await (const _ of run) continue
    await run.completed()
    const used = process.cpuUsage(cpu)
    return {
      cpuUs: (used.user + used.system) / count,
      appends: counts.appends / count,
      records: counts.records / count,
      bytes: counts.bytes / count,
    }
  }
  for (let warm = 0; warm < 3; warm++) await once(200)
  return once(rounds)
}
