/** The agents that tasks may be given to in a workspace, with the models that their files name. */
import { homedir } from 'node:os'
import { type AgentRegistry, taskTool, type TaskToolOptions, type Tool } from '@seamfold/core'
import { AgentError, type LlmClient } from '@seamfold/core/kit'
import { loadAgents } from '../agents/load-agents.ts'
import { connect, type Connection, type ConnectOptions } from './model.ts'
import type { ModelChoice } from './provider.ts'
import type { Ground, Settings } from './settings.ts'

export type AgentTeam = {
  readonly registry: AgentRegistry
  readonly tool: Tool
  readonly options: Required<Pick<TaskToolOptions, 'agents' | 'model'>>
  /** Files that were passed over, and why. */
  readonly warnings: readonly string[]
  close(): Promise<void>
}

/** Throws `invalid_argument` for a broken file. Without a model and `connecting` nobody is asked anything. */
export async function openTeam(settings: Ground & Partial<Pick<Settings, 'model'>>, connecting?: ConnectOptions): Promise<AgentTeam> {
  const { registry, warnings } = await loadAgents({
    workspace: settings.workspace,
    home: homedir(),
    ...(settings.agentFolders === undefined ? {} : { folders: settings.agentFolders }),
  })
  const connections = await connectAll(registry, settings, connecting)
  const model = (name: string): LlmClient => {
    const found = connections.get(name)
    if (found === undefined) throw new AgentError('invalid_argument', `The model '${name}' was not connected`)
    return found.llm
  }
  const options = { agents: registry, model }
  const close = async (): Promise<void> => {
    await Promise.all([...connections.values()].map((connection) => connection.close()))
  }
  return { registry, tool: taskTool(options), options, warnings, close }
}

/** Each model that a file names, at the provider of the session. */
async function connectAll(
  registry: AgentRegistry,
  { model }: Partial<Pick<Settings, 'model'>>,
  connecting: ConnectOptions | undefined,
): Promise<ReadonlyMap<string, Connection>> {
  if (connecting === undefined || model === undefined) return new Map()
  const named = registry.list({ hidden: true }).flatMap((agent) => (typeof agent.model === 'string' ? [agent.model] : []))
  const connections = new Map<string, Connection>()
  for (const name of new Set(named)) connections.set(name, await connect(otherModel(model, name), connecting))
  return connections
}

/** The price that was given is that of the agent's own model. */
function otherModel({ price, ...model }: ModelChoice, name: string): ModelChoice {
  return { ...model, model: name, ...(price === undefined || name !== model.model ? {} : { price }) }
}
