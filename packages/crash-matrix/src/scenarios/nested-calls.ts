/** A tool that makes calls of its own, of every class of effect, one after the other. */
import { type Tool, tool } from '@seamfold/core'
import type { CrashScenario, CrashWorld } from '@seamfold/core/testing/node'
import { callTool, text } from '@seamfold/simulator'
import { idempotentTool, keyedTool, lookTool, probedTool } from '../counting-tools.ts'
import { afterTheDead, common, everythingAllowed, model, modelledBy } from '../world.ts'

const NESTED = ['look', 'transfer', 'store', 'transfer', 'order']

const everything = (): Tool =>
  tool({
    name: 'everything',
    description: 'Does everything through other tools.',
    effect: 'composite',
    access: () => [],
    async execute(_, { invoke }) {
      const done: string[] = []
      for (const [index, name] of NESTED.entries()) done.push(JSON.stringify((await invoke(name, { index })).content))
      return done.join('; ')
    },
  })

const tools = (world: CrashWorld): readonly Tool[] => [everything(), lookTool(), idempotentTool(world), keyedTool(world), probedTool(world)]

export const nestedCalls: CrashScenario = {
  ...common,
  name: 'nested calls',
  module: import.meta.url,
  surroundings: modelledBy(({ calls }) => (calls.length === 0 ? [callTool('everything'), callTool('look')] : text('Everything is done.'))),
  agent: (world) => ({ leases: afterTheDead(), llm: model(), tools: tools(world), permissions: everythingAllowed }),
}
