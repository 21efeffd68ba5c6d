/** Two runs of many turns in one session, so that what is resumed has a long past. */
import type { CrashScenario } from '@seamfold/core/testing/node'
import { callTool, text } from '@seamfold/simulator'
import { keyedTool, lookTool } from '../counting-tools.ts'
import { afterTheDead, common, everythingAllowed, model, modelledBy } from '../world.ts'

const ROUNDS = 12

export const longHistory: CrashScenario = {
  ...common,
  name: 'long history',
  module: import.meta.url,
  prompts: ['Begin.', 'Go on.'],
  surroundings: modelledBy(({ callsSincePrompt, prompt }) => {
    const round = callsSincePrompt.length
    return round < ROUNDS ? callTool(round % 3 === 2 ? 'order' : 'look', { round, prompt }) : text(`${round} rounds are over.`)
  }),
  agent: (world) => ({ leases: afterTheDead(), llm: model(), tools: [lookTool(), keyedTool(world)], permissions: everythingAllowed }),
}
