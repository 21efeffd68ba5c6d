/** Each process takes the session from one whose lease ran out, and which might still be alive. */
import type { CrashScenario } from '@seamfold/core/testing/node'
import { callTool, text } from '@seamfold/simulator'
import { sqliteDatabase, sqliteLeases } from '@seamfold/store-sqlite'
import { keyedTool, unsafeTool } from '../counting-tools.ts'
import { common, databasePath, everythingAllowed, model, modelledBy } from '../world.ts'

/** Longer than any lease. */
const BETWEEN_PROCESSES_MS = 60_000

export const leaseExpiry: CrashScenario = {
  ...common,
  name: 'taken over when a lease ran out',
  module: import.meta.url,
  surroundings: modelledBy(({ calls }) => (calls.length === 0 ? [callTool('order'), callTool('pay')] : text('It is ordered and paid.'))),
  agent: (world) => ({
    llm: model(),
    tools: [keyedTool(world), unsafeTool(world)],
    permissions: everythingAllowed,
    leases: sqliteLeases(sqliteDatabase(databasePath(world)), { now: () => Date.now() + world.attempt * BETWEEN_PROCESSES_MS }),
  }),
}
