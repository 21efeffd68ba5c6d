/** One call of a tool that must not run twice and cannot be asked about. */
import type { CrashScenario } from '@seamfold/core/testing/node'
import { callTool, text } from '@seamfold/simulator'
import { unsafeTool } from '../counting-tools.ts'
import { common, everythingAllowed, model, modelledBy } from '../world.ts'

export const singleTool: CrashScenario = {
  ...common,
  name: 'one unsafe call',
  module: import.meta.url,
  surroundings: modelledBy(({ results }) => (results.length === 0 ? callTool('pay', { amount: 1 }) : text('It is paid.'))),
  agent: (world) => ({ llm: model(), tools: [unsafeTool(world)], permissions: everythingAllowed }),
}
