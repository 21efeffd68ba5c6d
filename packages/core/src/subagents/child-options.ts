/** What a child is made with: what its parent has, and never more. */
import { AgentError } from '../base/errors.ts'
import { globMatcher } from '../model/glob.ts'
import type { Judgement, PermissionPolicy, Rule, ToolRequest } from '../model/permission-policy.ts'
import { policy } from '../model/policy.ts'
import { policiesOf } from '../model/policy-source.ts'
import { narrowedPolicy } from '../model/stricter-policy.ts'
import type { StepBudget } from '../model/step.ts'
import type { Tool } from '../model/tool.ts'
import type { LlmClient } from '../ports/llm-client.ts'
import type { AgentOptions, Confirm } from '../session/types.ts'
import { AgentRegistry } from './agent-registry.ts'
import { TASK_TOOL } from './children.ts'
import type { AgentDefinition } from './definition.ts'
import type { Team } from './team.ts'

export const DEFAULT_DEPTH = 3

export type ChildNeeds = {
  readonly definition: AgentDefinition
  readonly maxSteps: number | undefined
  readonly grant: StepBudget
  readonly confirm: Confirm | undefined
  /** What people allowed for the session of the parent. */
  rules?(): readonly Rule[] | undefined
  /** Makes the task tool of a child that may give tasks. */
  deeper(registry: AgentRegistry): Tool
}

export function childOptions(team: Team, { definition, maxSteps, grant, confirm, deeper, rules }: ChildNeeds): AgentOptions {
  const { confirm: _, agents: __, instructions, permissions: own = policy(), ...inherited } = team.parent
  const permissions = withRules(own, rules)
  const { perRun = {}, ledger } = team.parent.budget ?? {}
  const turns = least(perRun.turns, definition.maxSteps, maxSteps)
  const tools = toolsOf(team, definition)
  const deny = definition.confirmationInheritance === 'deny_on_ask'
  const words = definition.prompt ?? instructions
  return {
    ...inherited,
    tools: tools.map((each) => (each.definition.name === TASK_TOOL ? deeper(within(team.registry, definition)) : each)),
    permissions: definition.permissions === undefined ? permissions : narrowedPolicy(permissions, definition.permissions),
    budget: { perRun: { ...perRun, ...grant, ...(turns === undefined ? {} : { turns }) }, ...(ledger === undefined ? {} : { ledger }) },
    unanswered: deny ? 'reject' : inherited.unanswered,
    ...(words === undefined ? {} : { instructions: words }),
    ...(definition.model === undefined ? {} : { llm: modelOf(team, definition.name, definition.model) }),
    ...(confirm === undefined || deny ? {} : { confirm }),
  }
}

/** What was allowed for the session of the parent is not asked for again by its children. */
function withRules(own: PermissionPolicy, rules: ChildNeeds['rules']): PermissionPolicy {
  const judge = (request: ToolRequest): Judgement => {
    const known = rules?.()
    return known === undefined ? own.judge(request) : own.judge({ ...request, sessionRules: joined(known, request.sessionRules) })
  }
  return {
    judge,
    exposes: (tool, session) => own.exposes(tool, session),
    narrow: own.narrow,
    source: { judge, toList: (asked) => policiesOf(own, { ...asked, rules: joined(rules?.() ?? [], asked.rules) }) },
    describe: () => own.describe(),
  }
}

const joined = (outer: readonly Rule[], inner: readonly Rule[] | undefined): readonly Rule[] =>
  inner === undefined ? outer : [...outer, ...inner]

const least = (...limits: readonly (number | undefined)[]): number | undefined => {
  const given = limits.filter((each) => each !== undefined)
  return given.length === 0 ? undefined : Math.min(...given)
}

function modelOf({ options }: Team, agent: string, model: LlmClient | string): LlmClient {
  if (typeof model !== 'string') return model
  if (options.model === undefined)
    throw new AgentError('invalid_argument', `Agent '${agent}' wants the model '${model}': say what that is with taskTool({ model })`)
  return options.model(model)
}

/** Those of the parent that the definition lets through, and those that the host gave it. */
function toolsOf({ parent, depth, options }: Team, { tools, disallowedTools = [], ownTools = [] }: AgentDefinition): readonly Tool[] {
  const mayDelegate = tools?.includes(TASK_TOOL) === true && depth < (options.maxDepth ?? DEFAULT_DEPTH)
  const own = new Set(ownTools.map(({ definition }) => definition.name))
  const kept = (parent.tools ?? []).filter(({ definition: { name } }) => {
    if (own.has(name) || isOneOf(disallowedTools, name)) return false
    return name === TASK_TOOL ? mayDelegate : tools === undefined || isOneOf(tools, name)
  })
  return [...kept, ...ownTools]
}

const isOneOf = (patterns: readonly string[], name: string): boolean => patterns.some((pattern) => nameMatches(pattern, name))

const nameMatches = (pattern: string, name: string): boolean =>
  pattern === name || (pattern.includes('*') && globMatcher(pattern.replaceAll('*', '**'))(name))

/** The agents that it may give tasks to. Throws for one that there is not. */
function within(registry: AgentRegistry, { agents }: AgentDefinition): AgentRegistry {
  if (agents === undefined) return registry
  return new AgentRegistry(
    agents.map((name) => {
      const { extends: _, ...whole } = registry.get(name)
      return whole
    }),
    { builtin: false },
  )
}
