/** `teamExecutor`: the agents of a registry as an executor, so that workflows may give them steps. */
import { toMessage } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { guardedExecutor } from '../orchestration/guarded-executor.ts'
import { policy } from '../model/policy.ts'
import { schemaProblem } from '../model/schema-problem.ts'
import { type AgentStepSpec, failedStep, type StepOutcome } from '../model/step.ts'
import type { AgentExecutor, ExecuteOptions } from '../ports/agent-executor.ts'
import { createAgent } from '../session/agent.ts'
import { inTurn, localExecutor, sessionOf, type WithAgent } from '../session/local-executor.ts'
import type { AgentOptions } from '../session/types.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { AgentRegistry } from './agent-registry.ts'
import { childOptions } from './child-options.ts'
import type { AgentDefinition } from './definition.ts'
import { fromProfiles, taskTool } from './task-tool.ts'
import type { TaskToolOptions, Team } from './team.ts'

/** The agent that is named so does a step with all that the options give. */
const OWN_NAME = 'default'

/**
 * Each step is done by the agent that it names, in this process, with what `options` give and never more. Steps of an agent that the
 * registry does not know fail and say which name is the nearest.
 */
export function teamExecutor(options: AgentOptions, team: Pick<TaskToolOptions, 'agents' | 'model'> = {}): AgentExecutor {
  const { agents = new AgentRegistry() } = team
  const store = options.store ?? memoryStore()
  const unanswered = options.unanswered ?? (options.store ? 'suspend' : 'reject')
  const permissions = options.permissions ?? policy() // one that callers may narrow
  const parent = { ...options, permissions, store, unanswered, host: options.host ?? systemHost() }
  const registry = fromProfiles(agents, parent)
  const whole: Team = { parent, registry, options: team, depth: 1 }
  const sessions = new Map<string, Promise<unknown>>()
  return guardedExecutor({
    contract: 1,
    executeStep: (spec, execution) => inTurn(sessions, sessionOf(spec), () => execute(whole, spec, execution)),
  })
}

async function execute(team: Team, spec: AgentStepSpec, execution: ExecuteOptions): Promise<StepOutcome> {
  execution.signal.throwIfAborted()
  const made = optionsFor(team, spec)
  if (typeof made === 'string') return { ...failedStep(spec, made), code: 'invalid_argument' }
  const { name = spec.agent } = made.definition // by another name it is the same agent
  return withAgent(name)(made.options, async (agent) => {
    const { outputSchema = made.definition.outputSchema } = spec
    const step = { ...spec, agent: OWN_NAME, ...(outputSchema === undefined ? {} : { outputSchema }) }
    return { ...(await localExecutor(agent, made.options, withAgent(name)).executeStep(step, execution)), agent: spec.agent }
  })
}

/** Sessions that it makes say who does the step: rules and hooks go by that name. */
const withAgent =
  (name: string): WithAgent =>
  async (options, work) => {
    const agent = createAgent(options)
    try {
      return await work({ session: (given) => agent.session({ ...given, metadata: { ...given?.metadata, agent: name } }) })
    } finally {
      await agent.close()
    }
  }

type Made = { readonly options: AgentOptions; readonly definition: Partial<AgentDefinition> }

/** What the step's agent is made with, or why nobody can do it. */
function optionsFor(team: Team, { agent, outputSchema }: AgentStepSpec): Made | string {
  const problem = outputSchema === undefined ? undefined : schemaProblem(outputSchema)
  if (problem !== undefined) return `The step was not begun: ${problem}`
  try {
    if (agent === OWN_NAME && !team.registry.has(OWN_NAME)) return { options: team.parent, definition: {} }
    const definition = team.registry.get(agent)
    const { confirm } = team.parent
    const deeper = (agents: AgentRegistry): ReturnType<typeof taskTool> => taskTool({ ...team.options, agents })
    return { definition, options: childOptions(team, { definition, maxSteps: undefined, grant: {}, confirm, deeper }) }
  } catch (error) {
    return toMessage(error)
  }
}
