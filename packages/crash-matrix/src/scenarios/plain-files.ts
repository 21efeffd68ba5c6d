/** The journal in plain files: a torn line is as good as none. */
import { join } from 'node:path'
import type { CrashScenario } from '@seamfold/core/testing/node'
import { callTool, text } from '@seamfold/simulator'
import { jsonlStore } from '@seamfold/store-jsonl'
import { keyedTool, probedTool } from '../counting-tools.ts'
import { afterTheDead, common, everythingAllowed, model, modelledBy } from '../world.ts'

export const plainFiles: CrashScenario = {
  ...common,
  name: 'a journal in plain files',
  module: import.meta.url,
  store: ({ directory }) => jsonlStore(join(directory, 'sessions')),
  surroundings: modelledBy(({ calls }) => (calls.length === 0 ? [callTool('order'), callTool('transfer')] : text('Ordered and paid.'))),
  agent: (world) => ({
    leases: afterTheDead(),
    llm: model(),
    tools: [keyedTool(world), probedTool(world)],
    permissions: everythingAllowed,
  }),
}
