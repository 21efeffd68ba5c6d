/** An agent whose tool brings trouble upon its own store, and what is left of its session afterwards. */
import { type Agent, createAgent, type Fact, openSession, policy, type RunResult, type Session, tool } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'
import { callOf, scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { fastHost } from './fast-host.ts'

export type Troubled = {
  readonly agent: Agent
  readonly session: Session
  /** How the run ended in which the trouble came. */
  readonly result: RunResult
  /** Types of the facts that a reader of that run saw. */
  readonly seen: readonly string[]
  /** How often the tool ran. */
  effects(): number
}

/** Runs until the tool has made trouble and come back with a result of half a million characters, and then as far as it goes. */
export async function troubledRun(store: SessionStore, trouble: () => void): Promise<Troubled> {
  let ran = 0
  const work = tool({
    name: 'work',
    description: 'Takes effect, and then the store has trouble.',
    effect: 'unsafe',
    execute() {
      ran += 1
      trouble()
      return 'x'.repeat(500_000)
    },
  })
  const reply: ScriptedReply = ({ messages }) => (messages.at(-1)?.role === 'user' && messages.length === 1 ? [callOf('work')] : 'done')
  const agent = createAgent({
    llm: scriptedLlm(Array.from({ length: 10 }, () => reply)),
    tools: [work],
    store,
    host: fastHost(),
    permissions: policy({ default: 'allow' }),
    maxToolOutput: 1_000_000,
  })
  const session = await agent.session({ id: 's' })
  const run = await session.send('go')
  const seen: string[] = []
  for await (const { event, durable } of run) if (durable) seen.push(event.type)
  return { agent, session, result: await run.result, seen, effects: () => ran }
}

/** What the file holds of the session, as somebody sees it who opens it now. */
export async function onDisk(store: SessionStore): Promise<{ readonly types: readonly string[]; readonly length: number }> {
  const types: string[] = []
  const view = await openSession(store, 's')
  for await (const { event } of view.events({ follow: false })) types.push((event as Fact).type)
  return { types, length: (await view.state()).length }
}
