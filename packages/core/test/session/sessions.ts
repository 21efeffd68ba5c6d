/** Sessions for tests: agents with a script, what they have said, and states as plain JSON. */
import {
  type Agent,
  createAgent,
  type Envelope,
  memoryStore,
  openSession,
  type Session,
  type SessionState,
  tool,
  type Tool,
} from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { scriptedLlm, type ScriptedReply } from '../../src/testing.ts'

export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

type Readable = { events(options: { follow: boolean }): AsyncIterable<Envelope> }

export const factsOf = (session: Readable): Promise<Envelope[]> => collect(session.events({ follow: false }))

/** The cursor of the first fact of a type, or of the last one. */
export const cursorOf = async (session: Readable, type: string, which: 'first' | 'last' = 'first'): Promise<string> => {
  const found = (await factsOf(session)).filter(({ event }) => event.type === type)
  return (which === 'first' ? found[0] : found.at(-1))?.cursor ?? ''
}

export const look: Tool = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })

/** Has to be approved. */
export const change: Tool = tool({
  name: 'change',
  description: 'Changes.',
  access: () => [{ kind: 'write', path: 'a' }],
  effect: 'unsafe',
  execute: () => 'changed',
})

export const agentOn = (store: SessionStore, script: readonly ScriptedReply[]): Agent =>
  createAgent({ llm: scriptedLlm(script), tools: [look, change], store })

/** A prompt and its answer. Gives the cursor of the last fact of the run. */
export const say = async (session: Session, prompt: string): Promise<string> => {
  await (await session.send(prompt)).completed()
  return cursorOf(session, 'agent_end', 'last')
}

/** Two answered prompts in session `s`, and the cursor after the first. */
export const twoTurns = async (
  store: SessionStore = memoryStore(),
): Promise<{ store: SessionStore; first: string; second: string; session: Session }> => {
  const session = await agentOn(store, ['one', 'two', 'three']).session({ id: 's', metadata: { user: '42' } })
  return { store, first: await say(session, '1'), second: await say(session, '2'), session }
}

export const stateOf = async (store: SessionStore, id: string): Promise<SessionState> => (await openSession(store, id)).state()

export const saidIn = ({ history }: SessionState): string[] =>
  history.toArray().map(({ content }) => content.map((block) => (block.type === 'text' ? block.text : block.type)).join())

/** Everything in a store, by key. */
export const dump = async (store: SessionStore): Promise<Record<string, string[]>> => {
  const all: Record<string, string[]> = {}
  for await (const key of store.keys()) all[key] = (await collect(store.read(key))).map(({ record }) => record)
  return all
}
