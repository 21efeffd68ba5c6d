/** What all tasks of one agent share: who there is, what the parent may do, and what is under way. */
import type { BoundOptions } from '../session/bindable-tool.ts'
import type { LlmClient } from '../ports/llm-client.ts'
import type { AgentRegistry } from './agent-registry.ts'
import type { SubagentTracker } from './tracker.ts'

export interface TaskToolOptions {
  /** Default: the built-in agents. Those of `createAgent({ agents })` come on top. */
  readonly agents?: AgentRegistry
  /** Tasks of one call that are done at once. Default: 8. */
  readonly concurrency?: number
  /** How deep agents may give tasks to agents. Default: 3. */
  readonly maxDepth?: number
  /** Characters of an output that the parent's model sees; the rest is kept as an artifact. Default: 4,000. */
  readonly maxOutput?: number
  /** The model that a definition names. */
  readonly model?: (name: string) => LlmClient
  /** Is told of every task, here and below. */
  readonly tracker?: SubagentTracker
}

export interface Team {
  readonly parent: BoundOptions
  readonly registry: AgentRegistry
  readonly options: TaskToolOptions
  /** How deep the children are. */
  readonly depth: number
}
