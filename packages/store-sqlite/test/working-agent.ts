/** An agent that works on a session in a SQLite file, in the test's own process or in one of its own. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { type Agent, createAgent, type AgentOptions, tool } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'
import { callOf, scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { type SqliteDatabase, sqliteDatabase, sqliteLeases, sqliteStore, sqliteWatch } from '../src/index.ts'
import { fastHost, fastNow } from './fast-host.ts'

export type Working = { readonly agent: Agent; readonly store: SessionStore; readonly database: SqliteDatabase }

export type WorkingOptions = {
  readonly path: string
  /** What the model says, the first time it is asked with so many messages. Default: one call of `work`, then `done`. */
  readonly script?: readonly ScriptedReply[]
  /** What `work` does after its effect. Default: nothing. */
  readonly hold?: (signal: AbortSignal) => Promise<void>
  /** Changes the store on its way to the agent. */
  readonly around?: (store: SessionStore) => SessionStore
  readonly more?: Partial<AgentOptions>
}

const effectsOf = (path: string): string => `${path}.effects`

/** Each effect as `session call`. */
export const effectsIn = (path: string): string[] =>
  existsSync(effectsOf(path))
    ? readFileSync(effectsOf(path), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : []

/** `work` is unsafe, and its probe knows whether it happened. */
export function workingAgent({ path, script, hold, around = (store) => store, more = {} }: WorkingOptions): Working {
  const database = sqliteDatabase(path, { durability: 'normal' })
  const store = sqliteStore(database)
  const work = tool({
    name: 'work',
    description: 'Takes effect.',
    access: () => [{ kind: 'write', path: 'file' }],
    effect: 'unsafe',
    probe: async (_, { idempotencyKey }) => ({
      state: effectsIn(path).some((line) => line.endsWith(idempotencyKey)) ? 'unknown' : 'not_started',
    }),
    async execute(_, { signal, idempotencyKey, session }) {
      appendFileSync(effectsOf(path), `${session.id} ${idempotencyKey}\n`)
      await hold?.(signal)
      return 'worked'
    },
  })
  const replies: readonly ScriptedReply[] = script ?? [({ messages }) => (messages.length > 1 ? 'done' : [callOf('work')])]
  const last = replies.at(-1) ?? 'done'
  const agent = createAgent({
    llm: scriptedLlm([...replies, ...Array.from({ length: 5_000 }, () => last)]),
    tools: [work],
    store: around(store),
    leases: sqliteLeases(database, { now: fastNow }),
    watch: sqliteWatch(database),
    host: fastHost(),
    ...more,
  })
  return { agent, store, database }
}
