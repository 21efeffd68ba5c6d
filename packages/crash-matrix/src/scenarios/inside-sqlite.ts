/** Killed between the statements of a transaction as well, and with the disk's own idea of what was synced. */
import type { CrashScenario } from '@seamfold/core/testing/node'
import { callTool, text } from '@seamfold/simulator'
import { type SqliteOptions, sqliteStore } from '@seamfold/store-sqlite'
import { idempotentTool, keyedTool } from '../counting-tools.ts'
import { loseUnsynced, watchedDriver } from '../synced-sqlite.ts'
import { afterTheDead, common, everythingAllowed, model, modelledBy } from '../world.ts'

export const insideSqlite: CrashScenario = sqliteScenario('within a transaction of the store', {
  module: import.meta.url,
  durability: 'full',
})

/** The same work with a store that waits for the disk, or does not. */
export function sqliteScenario(name: string, { module, durability }: SqliteOptions & { readonly module: string }): CrashScenario {
  return {
    ...common,
    name,
    module,
    surroundings: modelledBy(({ calls }) => (calls.length === 0 ? [callTool('order'), callTool('store')] : text('Ordered and stored.'))),
    store: (world) => {
      const driver = watchedDriver(world)
      return { ...sqliteStore(driver, durability === undefined ? {} : { durability }), close: async () => void driver.close() }
    },
    losePower: loseUnsynced,
    agent: (world) => ({
      leases: afterTheDead(),
      llm: model(),
      tools: [keyedTool(world), idempotentTool(world)],
      permissions: everythingAllowed,
    }),
  }
}
