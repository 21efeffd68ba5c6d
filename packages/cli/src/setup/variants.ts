/** Agents beside an assembled one: the same store, tools and hooks, with another model, mode or instructions, or with more rules. */
import { type Agent, createAgent, type Policy } from '@seamfold/core'
import { assertPrice, type Assembled } from './assemble.ts'
import { groundPolicy } from './ground.ts'
import { connect, type Connection, type ConnectOptions } from './model.ts'
import { permissionMode } from './permissions.ts'
import { assertMode } from './policy-files.ts'
import type { Settings } from './settings.ts'
import { typedRule } from './wished.ts'

export type VariantWish = {
  readonly model?: string
  readonly mode?: string
  readonly instructions?: string
  readonly rules?: readonly string[]
}

export type AgentVariant = { readonly agent: Agent; readonly permissions: Policy }

export type AgentVariants = {
  /** Throws `invalid_argument` for a rule or mode that is none, a mode that the administrator does not allow, and for a budget in dollars where the model's price is not known. */
  make(wish: VariantWish): Promise<AgentVariant>
  /** Before the agent that they stand beside is closed. */
  close(): Promise<void>
}

export function assembleVariants({ options }: Pick<Assembled, 'options'>, settings: Settings, connecting: ConnectOptions): AgentVariants {
  const agents: Agent[] = []
  const connections: Connection[] = []
  return {
    async make({ model, mode, instructions, rules }) {
      const changed: Settings = {
        ...settings,
        ...(mode === undefined ? {} : { mode: assertMode(permissionMode(mode), settings.most) }),
        ...(rules === undefined ? {} : { rules: [...rules.map(typedRule), ...settings.rules], rulesTyped: true }),
        ...(model === undefined ? {} : { model: { ...settings.model, model } }),
      }
      const permissions = await groundPolicy(changed)
      const connection = model === undefined ? undefined : await connect(changed.model, connecting)
      if (connection !== undefined) connections.push(connection)
      const llm = connection?.llm ?? options.llm
      assertPrice(changed, llm.model)
      const agent = createAgent({ ...options, llm, permissions, ...(instructions === undefined ? {} : { instructions }) })
      agents.push(agent)
      return { agent, permissions }
    },
    async close() {
      for (const agent of agents) await agent.close()
      for (const connection of connections) await connection.close()
    },
  }
}
