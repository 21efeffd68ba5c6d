/** Real runs for the tests of what explains them. */
import { type Agent, createAgent, memoryStore, tool, type Tool } from '@seamfold/core'
import type { Envelope } from '@seamfold/core/kit'
import { scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { callIdOf } from '../src/state/facts.ts'

export const look = tool({ name: 'look', description: 'Look.', readOnly: true, execute: () => 'three files' })
export const write = tool({
  name: 'write',
  description: 'Write.',
  access: () => [{ kind: 'write', path: 'a.txt' }],
  execute: () => 'written',
})

type Played = { readonly script: readonly ScriptedReply[]; readonly tools: readonly Tool[]; readonly decision?: 'approve' | 'reject' }

/** The events of a real run. */
export async function play({ script, tools, decision = 'approve' }: Played): Promise<readonly Envelope[]> {
  const confirm = () => Promise.resolve({ decision, by: 'somebody' })
  const agent = createAgent({ llm: scriptedLlm(script), tools, store: memoryStore(), confirm })
  const run = await agent.run('Go')
  const envelopes: Envelope[] = []
  for await (const envelope of run) envelopes.push(envelope)
  await agent.close()
  return envelopes
}

export const factsOf = (envelopes: readonly Envelope[]): readonly Envelope[] => envelopes.filter(({ durable }) => durable)

/** The first call that the facts tell of. */
export const callIn = (facts: readonly Envelope[]): string => facts.map(callIdOf).find((id) => id !== undefined) ?? ''

export async function factsOfRun(agent: Agent): Promise<readonly Envelope[]> {
  const facts: Envelope[] = []
  for await (const envelope of await agent.run('Go')) if (envelope.durable) facts.push(envelope)
  return facts
}
