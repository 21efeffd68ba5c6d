/** What the tests of people share: an agent that asks before it writes, and the ways to look at what came of it. */
import {
  type Agent,
  type AgentEvent,
  type AgentOptions,
  createAgent,
  jsonSchema,
  memoryStore,
  type PermissionPolicy,
  policy,
  type SessionView,
  tool,
} from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, manualHost, type ManualHost, scriptedLlm, type ScriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect } from '../middleware/runs.ts'

export const asks: PermissionPolicy = policy({ rules: [{ ask: { tool: 'write' } }, { deny: { path: 'secret/**' } }] })

export type Desk = {
  readonly wrote: string[]
  readonly host: ManualHost
  readonly store: SessionStore
  readonly llm: ScriptedLlm
  readonly agent: Agent
}

export function desk(
  script: readonly ScriptedReply[] = [[callOf('write', { path: 'a' })], 'done'],
  options: Partial<AgentOptions> & { /** No policy at all. */ readonly bare?: true } = {},
): Desk {
  const wrote: string[] = []
  const write = tool<{ path: string }>({
    name: 'write',
    description: 'Writes.',
    input: jsonSchema({ type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }),
    access: ({ path }) => [{ kind: 'write', path }],
    effect: 'unsafe',
    execute: ({ path }) => `wrote ${wrote.push(path) && path}`,
  })
  const host = manualHost()
  const store: SessionStore = options.store ?? memoryStore()
  const llm = scriptedLlm(script)
  const { tools = [], bare, ...rest } = options
  const agent = createAgent({ llm, host, store, ...(bare ? {} : { permissions: asks }), ...rest, tools: [write, ...tools] })
  return { wrote, host, store, llm, agent }
}

/** The last results that the model read. */
export const read = ({ requests }: ScriptedLlm): readonly unknown[] =>
  (requests.at(-1)?.messages.at(-1)?.content ?? []).flatMap((block) => (block.type === 'tool_result' ? [block.content] : []))

/** Facts of these types, in order. */
export async function factsOf(session: Pick<SessionView, 'events'>, ...types: readonly string[]): Promise<readonly AgentEvent[]> {
  return (await collect(session.events({ follow: false }))).flatMap(({ event }) => (types.includes(event.type) ? [event] : []))
}
