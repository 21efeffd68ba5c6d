/** The agent that plays the scenes of the corpus, by a script. */
import { createAgent, jsonSchema, tool } from '../../src/index.ts'
import type { Agent, AgentOptions } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'

export type Scene = { readonly name: string; play(store: SessionStore): Promise<void> }

export const tools: AgentOptions['tools'] = [
  tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'Füße, 😀 and a lone \ud83d' }),
  tool({ name: 'long', description: 'Says much.', readOnly: true, execute: () => 'long '.repeat(100) }),
  tool({
    name: 'change',
    description: 'Changes.',
    input: jsonSchema({ type: 'object', properties: { to: { type: 'string' } } }),
    access: () => [{ kind: 'write', path: 'notes/a.md' }],
    effect: 'idempotent',
    witness: async () => ({ before: null }),
    execute: () => 'changed',
  }),
  tool({ name: 'both', description: 'Looks and changes.', effect: 'composite', execute: (_, { invoke }) => invoke('look', {}) }),
  tool({ name: 'fail', description: 'Fails.', readOnly: true, execute: () => Promise.reject(new Error('it broke')) }),
]

export const agentOf = (store: SessionStore, script: readonly ScriptedReply[], options: Partial<AgentOptions> = {}): Agent =>
  createAgent({
    llm: scriptedLlm(script, { model: { price: { input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1 } } }),
    tools,
    store,
    maxToolOutput: 100,
    budget: { perRun: { usd: 10 } },
    host: manualHost(),
    ...options,
  })
