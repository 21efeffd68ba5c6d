/** Two calls that a person is asked about: one is approved, one rejected. */
import { policy } from '@seamfold/core'
import type { CrashScenario } from '@seamfold/core/testing/node'
import { callTool, text } from '@seamfold/simulator'
import { lookTool, probedTool, unsafeTool } from '../counting-tools.ts'
import { afterTheDead, common, model, modelledBy } from '../world.ts'

const asking = policy({ rules: [{ ask: { tool: 'transfer' } }, { ask: { tool: 'pay' } }], default: 'allow' })

export const approval: CrashScenario = {
  ...common,
  name: 'approvals pending',
  module: import.meta.url,
  surroundings: modelledBy(({ calls }) =>
    calls.length === 0 ? [callTool('look'), callTool('transfer', { amount: 1 }), callTool('pay', { amount: 2 })] : text('As you wish.'),
  ),
  agent: (world) => ({
    leases: afterTheDead(),
    llm: model(),
    tools: [lookTool(), probedTool(world), unsafeTool(world)],
    permissions: asking,
  }),
  answer: (request) => (request.toolName === 'transfer' ? { decision: 'approve' } : { decision: 'reject', message: 'not today' }),
  check: ({ facts }) => {
    const paid = facts.filter(({ event }) => event.type === 'tool_execution_start' && event.name === 'pay')
    return paid.length === 0 ? [] : ['a rejected call was started']
  },
}
