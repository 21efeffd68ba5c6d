/** Scenarios with one thing wrong in each: a matrix that finds nothing in them would be worth nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { failed, type Tool, tool } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'
import type { CrashScenario, CrashWorld, Surroundings } from '@seamfold/core/testing/node'
import { callTool, text } from '@seamfold/simulator'
import { keyedTool } from '../src/counting-tools.ts'
import { sqliteScenario } from '../src/scenarios/inside-sqlite.ts'
import { common, everythingAllowed, inSqlite, model, modelledBy } from '../src/world.ts'

const calling = (name: string): (() => Promise<Surroundings>) =>
  modelledBy(({ calls }) => (calls.length === 0 ? callTool(name) : text('Done.')))

function withTool(name: string, make: (world: CrashWorld) => Tool): CrashScenario {
  return {
    ...common,
    name,
    module: import.meta.url,
    surroundings: calling('work'),
    agent: (world) => ({ llm: model(), tools: [make(world)], permissions: everythingAllowed }),
  }
}

function withStore(name: string, wrap: (store: SessionStore) => SessionStore): CrashScenario {
  return { ...withTool(name, (world) => keyedTool(world, 'work')), store: (world) => wrap(inSqlite(world)) }
}

export const neverSynced: CrashScenario = sqliteScenario('a store that never syncs', { module: import.meta.url, durability: 'normal' })

export const hasty: CrashScenario = withStore('a store that says yes too early', (store) => {
  let last: Promise<void> = Promise.resolve()
  return {
    ...store,
    async append(key, records, options) {
      last = last.then(() => setTimeout(5)).then(() => store.append(key, records, options))
    },
    async *read(key, options) {
      await last
      yield* store.read(key, options)
    },
    async delete(key) {
      await last
      await store.delete(key)
    },
    async close() {
      await last
      await store.close?.()
    },
  }
})

export const blind: CrashScenario = withStore('a store that lists nothing', (store) => ({ ...store, async *keys() {} }))

export const ignoresKeys: CrashScenario = withTool('a tool that ignores its key', ({ effects }) =>
  tool({
    name: 'work',
    description: 'Says that it honours keys, and does not.',
    effect: 'keyed',
    execute: (_, { idempotencyKey }) => {
      effects.happen(idempotencyKey)
      return setTimeout(1, 'worked')
    },
  }),
)

export const liesInItsProbe: CrashScenario = withTool('a tool that lies in its probe', ({ effects }) =>
  tool({
    name: 'work',
    description: 'Says that all is done, whether it is or not.',
    effect: 'unsafe',
    probe: () => Promise.resolve({ state: 'done', result: 'worked' }),
    execute: async (_, { idempotencyKey }) => {
      await setTimeout(1)
      effects.happen(idempotencyKey)
      return 'worked'
    },
  }),
)

export const deniesWhatItDid: CrashScenario = withTool('a tool that denies what it did', ({ effects }) =>
  tool({
    name: 'work',
    description: 'Says that it was never run, whether it was or not.',
    effect: 'unsafe',
    probe: () => Promise.resolve({ state: 'done', result: failed('It was not run.', { kind: 'cancelled' }) }),
    execute: async (_, { idempotencyKey }) => {
      await setTimeout(1)
      effects.happen(idempotencyKey)
      return 'worked'
    },
  }),
)

export const leavesAProcess: CrashScenario = withTool('a tool that leaves a process behind', ({ point }) =>
  tool({
    name: 'work',
    description: 'Starts a process that nobody looks after.',
    readOnly: true,
    execute: async () => {
      // Ends by itself only if whoever found it did not end it.
      const child = spawn(execPath, ['--eval', 'setTimeout(() => {}, 100_000)'], { stdio: 'ignore', detached: true })
      await once(child, 'spawn')
      for (const place of ['it runs', 'it still runs']) point(place) // of two places in a row, the process is killed at one
      child.kill()
      return 'worked'
    },
  }),
)

export const changesItsMind: CrashScenario = withTool('a tool whose result depends on who asks', ({ attempt }) =>
  tool({ name: 'work', description: 'Works.', readOnly: true, execute: () => Promise.resolve(`worked in process ${attempt + 1}`) }),
)

export const neverEnds: CrashScenario = withTool('work that breaks by itself', () =>
  tool({ name: 'work', description: 'Breaks its process.', execute: () => process.exit(7) }),
)
