/** The agents that tasks may be given to, by name. */
import { AgentError } from '../base/errors.ts'
import { schemaProblem } from '../model/schema-problem.ts'
import { type AgentDefinition, BUILTIN_AGENTS, type WorkerAgentSpec, workerDefinition } from './definition.ts'
import { nearestName } from '../model/nearest.ts'

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['general-purpose', 'general'],
  ['verify', 'verification'],
  ['verifier', 'verification'],
  ['code-review', 'review'],
  ['reviewer', 'review'],
])

const LISTS = ['tools', 'disallowedTools', 'agents'] as const

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_:-]{0,63}$/

export class AgentRegistry {
  readonly #agents = new Map<string, AgentDefinition>()

  /** With the built-in agents, unless `builtin` is false. A later definition of a name replaces the earlier one. */
  constructor(definitions: Iterable<AgentDefinition> = [], { builtin = true }: { readonly builtin?: boolean } = {}) {
    if (builtin) for (const each of BUILTIN_AGENTS) this.register(each)
    for (const each of definitions) this.register(each)
  }

  /** Throws `invalid_argument` for a bad name, a missing description, a bad limit, or a schema that nothing can meet. */
  register(definition: AgentDefinition): this {
    const problem = problemOf(definition)
    if (problem !== undefined) throw new AgentError('invalid_argument', `Agent ${JSON.stringify(definition?.name)}: ${problem}`)
    this.#agents.set(definition.name, definition)
    return this
  }

  registerWorker(spec: WorkerAgentSpec): this {
    return this.register(workerDefinition(spec))
  }

  /** A copy that can go its own way. */
  copy(): AgentRegistry {
    return new AgentRegistry(this.#agents.values(), { builtin: false })
  }

  has(name: string): boolean {
    return this.#agents.has(this.named(name))
  }

  names(): readonly string[] {
    return [...this.#agents.keys()]
  }

  /** In the order in which they were registered, each with what it takes from others. Hidden ones are left out, unless asked for. */
  list({ hidden = false }: { readonly hidden?: boolean } = {}): readonly AgentDefinition[] {
    return this.names()
      .map((name) => this.get(name))
      .filter((each) => hidden || each.hidden !== true)
  }

  /**
   * An agent by its name or another name for it, with what it takes from the one that it extends. Throws `invalid_argument` with the
   * nearest name for one that there is not, and for agents that extend each other in a circle.
   */
  get(name: string): AgentDefinition {
    return this.#inherited(this.named(name), [])
  }

  #inherited(name: string, below: readonly string[]): AgentDefinition {
    const path = [...below, name]
    if (below.includes(name)) throw new AgentError('invalid_argument', `Agents extend each other in a circle: ${path.join(' → ')}`)
    const own = this.#agents.get(name)
    if (own === undefined) throw new AgentError('invalid_argument', this.#unknown(name, below.at(-1)))
    if (own.extends === undefined) return own
    const { hidden: _, ...base } = this.#inherited(this.named(own.extends), path)
    const disallowedTools = [...(base.disallowedTools ?? []), ...(own.disallowedTools ?? [])]
    return { ...base, ...own, ...(disallowedTools.length > 0 ? { disallowedTools } : {}) }
  }

  /** The name of the agent that has this other name; any other name as it is. */
  named(name: string): string {
    return this.#agents.has(name) ? name : (ALIASES.get(name) ?? name)
  }

  #unknown(name: string, extender: string | undefined): string {
    const near = nearestName(name, this.names())
    const hint = near === undefined ? `There are: ${this.names().join(', ') || 'none'}.` : `Did you mean '${near}'?`
    return extender === undefined
      ? `There is no agent '${name}'. ${hint}`
      : `Agent '${extender}' extends '${name}', and there is no such agent. ${hint}`
  }
}

function problemOf(definition: AgentDefinition): string | undefined {
  const {
    name,
    description,
    maxSteps,
    outputSchema,
    confirmationInheritance = 'inherit_parent',
  }: Partial<AgentDefinition> = definition ?? {}
  if (typeof name !== 'string' || !NAME.test(name))
    return 'a name has 1 to 64 of a-z, A-Z, 0-9, _, - and :, and begins with a letter or a digit'
  if (typeof description !== 'string' || description.trim() === '')
    return 'it has no description: the model reads it to know when to give it a task'
  if (maxSteps !== undefined && !(Number.isInteger(maxSteps) && maxSteps > 0))
    return `maxSteps must be a whole number above 0; it is ${maxSteps}`
  for (const list of LISTS) {
    const names: unknown = definition[list] ?? []
    if (!Array.isArray(names) || names.some((each) => typeof each !== 'string')) return `${list} must be a list of names`
  }
  if (!['inherit_parent', 'deny_on_ask'].includes(confirmationInheritance))
    return `confirmationInheritance is '${confirmationInheritance}': give 'inherit_parent' or 'deny_on_ask'`
  return outputSchema === undefined ? undefined : schemaProblem(outputSchema)
}
