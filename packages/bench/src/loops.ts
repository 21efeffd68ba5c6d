/** The same work three ways: by hand on fetch, by hand on the SDK, and on the runtime. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One conversation: `rounds` tool calls and an answer, or one long answer. Returns how many deltas of text were seen. */
export type Loop = (job: { readonly baseURL: string; readonly run: string }) => Promise<number>

export type LoopSetup = { readonly loop: Loop; close(): Promise<void> }

const parameters = {
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
  additionalProperties: false,
}
const description = 'Add two numbers.'
const system = 'You add numbers.'
const prompt = 'Add them all.'
const add = ({ a, b }: { a: number; b: number }): string => String(a + b)

type Call = { id: string; name: string; arguments: string }
type Chunk = {
  choices: {
    delta: { content?: string | null; tool_calls?: { index: number; id?: string; function?: { name?: string; arguments?: string } }[] }
  }[]
}

/** What a stream of chunks comes to. */
class Reply {
  readonly calls: Call[] = []
  text = ''
  deltas = 0

  take({ choices }: Chunk): void {
    const delta = choices[0]?.delta
    if (delta?.content) {
      this.text += delta.content
      this.deltas++
    }
    for (const { index, id, function: part } of delta?.tool_calls ?? []) {
      const call = (this.calls[index] ??= { id: id ?? '', name: part?.name ?? '', arguments: '' })
      call.arguments += part?.arguments ?? ''
    }
  }

  messages(): unknown[] {
    const tool_calls = this.calls.map(({ id, name, arguments: text }) => ({ id, type: 'function', function: { name, arguments: text } }))
    const results = this.calls.map(({ id, arguments: text }) => ({ role: 'tool', tool_call_id: id, content: add(JSON.parse(text)) }))
    return [{ role: 'assistant', content: this.text || null, tool_calls }, ...results]
  }
}

const body = (messages: readonly unknown[]): object => ({
  model: 'gpt-4.1',
  stream: true,
  stream_options: { include_usage: true },
  messages,
  tools: [{ type: 'function', function: { name: 'add', description, parameters } }],
})

export async function sdkLoop(): Promise<LoopSetup> {
  const { OpenAI } = await import('openai')
  const loop: Loop = async ({ baseURL, run }) => {
    const client = new OpenAI({ apiKey: 'none', baseURL, maxRetries: 0, defaultHeaders: { 'x-run': run } })
    const messages: unknown[] = [
      { role: 'system', content: system },
      { role: 'user', content: prompt },
    ]
    for (;;) {
      const stream = await client.chat.completions.create(body(messages) as never)
      const reply = new Reply()
      for await (const chunk of stream as unknown as AsyncIterable<Chunk>) reply.take(chunk)
      if (reply.calls.length === 0) return reply.deltas
      messages.push(...reply.messages())
    }
  }
  return { loop, close: async () => {} }
}

export async function fetchLoop(): Promise<LoopSetup> {
  const loop: Loop = async ({ baseURL, run }) => {
    const messages: unknown[] = [
      { role: 'system', content: system },
      { role: 'user', content: prompt },
    ]
    for (;;) {
      const headers = { authorization: 'Bearer none', 'content-type': 'application/json', 'x-run': run }
      const response = await fetch(`${baseURL}/chat/completions`, { method: 'POST', headers, body: JSON.stringify(body(messages)) })
      const reply = new Reply()
      const decoder = new TextDecoder()
      let rest = ''
      for await (const bytes of response.body ?? []) {
        const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) if (line.startsWith('data: {')) reply.take(JSON.parse(line.slice(6)))
      }
      if (reply.calls.length === 0) return reply.deltas
      messages.push(...reply.messages())
    }
  }
  return { loop, close: async () => {} }
}

export type Journal = 'memory' | 'sqlite' | 'sqlite-full'

export async function runtimeLoop(journal: Journal, transport?: typeof fetch): Promise<LoopSetup> {
  const { createAgent, jsonSchema, tool } = await import('@seamfold/core')
  const { openai } = await import('@seamfold/llm-openai')
  const folder = mkdtempSync(join(tmpdir(), 'seamfold-bench-'))
  const { sqliteStore } = journal === 'memory' ? { sqliteStore: undefined } : await import('@seamfold/store-sqlite')
  const store = sqliteStore?.(join(folder, 'journal.db'), { durability: journal === 'sqlite-full' ? 'full' : 'normal' })
  // Unsafe, so that every start is stored before its effect begins.
  const tools = [
    tool({ name: 'add', description, input: jsonSchema<{ a: number; b: number }>(parameters), effect: 'unsafe', execute: add }),
  ]
  const own = transport === undefined ? {} : { fetch: transport }
  const loop: Loop = async ({ baseURL, run }) => {
    const llm = openai({ model: 'gpt-4.1', apiKey: 'none', baseURL, mode: 'chat', headers: { 'x-run': run }, ...own })
    const agent = createAgent({ llm, tools, instructions: system, budget: { perRun: { turns: 100_000 } }, ...(store ? { store } : {}) })
    const started = await agent.run(prompt)
    let seen = 0
    for await (const { event } of started) if (event.type === 'text_delta') seen++
    await started.completed()
    return seen
  }
  return {
    loop,
    async close() {
      await store?.close?.()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const setups: Readonly<Record<string, () => Promise<LoopSetup>>> = {
  fetch: fetchLoop,
  sdk: sdkLoop,
  'seamfold, memory': () => runtimeLoop('memory'),
  'seamfold, global fetch': () => runtimeLoop('memory', fetch),
  'seamfold, SQLite': () => runtimeLoop('sqlite'),
  'seamfold, SQLite synced': () => runtimeLoop('sqlite-full'),
}
