/** Five calls at once, one for each class of effect, then three of them once more. */
import type { CrashScenario } from '@seamfold/core/testing/node'
import { callTool, text } from '@seamfold/simulator'
import { idempotentTool, keyedTool, lookTool, probedTool, unsafeTool } from '../counting-tools.ts'
import { afterTheDead, common, everythingAllowed, model, modelledBy } from '../world.ts'

const ALL = ['look', 'store', 'order', 'pay', 'transfer']

export const mixedBatch: CrashScenario = {
  ...common,
  name: 'parallel batch of mixed effects',
  module: import.meta.url,
  surroundings: modelledBy(({ calls }) => {
    if (calls.length === 0) return ALL.map((name) => callTool(name, { first: true }))
    if (calls.length === ALL.length) return ['order', 'transfer', 'look'].map((name) => callTool(name, { first: false }))
    return text('All of it is done.')
  }),
  agent: (world) => ({
    leases: afterTheDead(),
    llm: model(),
    tools: [lookTool(), idempotentTool(world), keyedTool(world), unsafeTool(world), probedTool(world)],
    permissions: everythingAllowed,
  }),
}
