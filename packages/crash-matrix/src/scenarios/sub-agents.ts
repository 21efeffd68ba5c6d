/** Tasks for sub-agents, one of which gives a task itself: their calls have effects, and are made in journals of their own. */
import { AgentRegistry, taskTool } from '@seamfold/core'
import type { CrashScenario } from '@seamfold/core/testing/node'
import { callTool, text } from '@seamfold/simulator'
import { keyedTool, lookTool, probedTool } from '../counting-tools.ts'
import { common, everythingAllowed, model, modelledBy } from '../world.ts'

/** Sessions of the family: the parent, the lead, its own child, and the one beside them. */
const FAMILY = 4

const task = (agent: string, prompt: string): { readonly agent: string; readonly prompt: string } => ({ agent, prompt })

export const subAgents: CrashScenario = {
  ...common,
  name: 'sub-agents',
  module: import.meta.url,
  surroundings: modelledBy(({ prompt, calls }) => {
    if (calls.length > 0) return text(`Done: ${prompt}`)
    if (prompt === 'Do it.')
      return [callTool('task', { tasks: [task('lead', 'Have it transferred.'), task('general', 'Order it.')] }), callTool('look')]
    if (prompt === 'Have it transferred.') return callTool('task', task('general', 'Transfer it.'))
    return callTool(prompt === 'Order it.' ? 'order' : 'transfer', {})
  }),
  agent: (world) => ({
    llm: model(),
    tools: [
      lookTool(),
      keyedTool(world),
      probedTool(world),
      taskTool({ agents: new AgentRegistry([{ name: 'lead', description: 'Has it done by others.', tools: ['task'] }]) }),
    ],
    permissions: everythingAllowed,
  }),
  check: ({ facts }) => {
    const made = new Set(facts.map(({ sessionId }) => sessionId)).size
    const ends = facts.filter(({ event }) => event.type === 'subagent_end')
    return [
      ...(made === FAMILY ? [] : [`the family has ${made} sessions instead of ${FAMILY}`]),
      ...(ends.length === FAMILY - 1 ? [] : [`${ends.length} tasks were said to have ended`]),
    ]
  },
}
