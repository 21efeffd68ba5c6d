/** What an agent that works for another one is: its words, its tools, its limits. */
import { AgentError } from '../base/errors.ts'
import type { JsonSchema } from '../model/json.ts'
import type { PermissionPolicy } from '../model/permission-policy.ts'
import { policy } from '../model/policy.ts'
import type { Tool } from '../model/tool.ts'
import type { LlmClient } from '../ports/llm-client.ts'
import { readOnlyPolicy } from './read-only-policy.ts'

/** How a question of the child comes to a person: on the run of the parent, or not at all, and then what asks is refused. */
export type ConfirmationInheritance = 'inherit_parent' | 'deny_on_ask'

/** What is left out is the parent's, but for the task tool: who may give tasks of its own names it in `tools`. */
export type AgentDefinition = {
  /** 1 to 64 of letters, digits, `_`, `-` and `:`. */
  readonly name: string
  /** The model reads it to know when to give a task to this agent. */
  readonly description: string
  /** Another agent, from which it takes what it leaves out. */
  readonly extends?: string
  /** Its instructions. */
  readonly prompt?: string
  /** Names of tools that it may use, of those that its parent has; `*` stands for any run of characters. */
  readonly tools?: readonly string[]
  /** Names of tools that it may not use, whatever else is said. */
  readonly disallowedTools?: readonly string[]
  /** Tools of its own, chosen by the host, beside those of its parent. */
  readonly ownTools?: readonly Tool[]
  /** Composed with the parent's: whichever is stricter. */
  readonly permissions?: PermissionPolicy
  /** Turns. */
  readonly maxSteps?: number
  /** A model, or a name that `taskTool({ model })` knows. */
  readonly model?: LlmClient | string
  /** Agents that it may give tasks to. Default: all. */
  readonly agents?: readonly string[]
  /** Holds every answer of it to a schema. */
  readonly outputSchema?: JsonSchema
  /** Left out of what the model is told; it can be asked for by name all the same. */
  readonly hidden?: boolean
  /** Default: `inherit_parent`. */
  readonly confirmationInheritance?: ConfirmationInheritance
}

export type WorkerKind = 'read_only' | 'planner' | 'implementer' | 'verifier' | 'reviewer' | 'custom'

/** A short way to say what a worker is: the kind brings its limits and permissions. */
export type WorkerAgentSpec = {
  readonly name: string
  readonly description: string
  /** Default: `custom`, which asks before every call. */
  readonly kind?: WorkerKind
  readonly hidden?: boolean
  readonly permissions?: PermissionPolicy
  readonly model?: LlmClient | string
  readonly prompt?: string
  readonly maxSteps?: number
  readonly confirmationInheritance?: ConfirmationInheritance
}

const KINDS: Readonly<Record<WorkerKind, Pick<AgentDefinition, 'maxSteps' | 'extends'>>> = {
  read_only: { maxSteps: 20, extends: 'explore' },
  planner: { maxSteps: 30, extends: 'plan' },
  implementer: { maxSteps: 50, extends: 'general' },
  verifier: { maxSteps: 30, extends: 'verification' },
  reviewer: { maxSteps: 25, extends: 'review' },
  custom: { maxSteps: 30 },
}

/** Throws `invalid_argument` for a kind that there is not. */
export function workerDefinition({ kind = 'custom', ...spec }: WorkerAgentSpec): AgentDefinition {
  const { maxSteps, extends: base } = KINDS[kind] ?? {}
  if (maxSteps === undefined)
    throw new AgentError(
      'invalid_argument',
      `Worker '${spec.name}' is of the unknown kind '${kind}'. Kinds: ${Object.keys(KINDS).join(', ')}.`,
    )
  const permissions = kind === 'custom' ? policy({ default: 'ask' }) : undefined
  return {
    maxSteps,
    ...(permissions === undefined ? {} : { permissions }),
    ...spec,
    ...(base === undefined ? {} : { extends: base }),
  }
}

const WRITING_TOOLS = ['write', 'edit', 'patch'] as const

/** Reference limits: explore 20 turns, general 50, plan 30, verification 30, review 25. None of them may give tasks. */
export const BUILTIN_AGENTS: readonly AgentDefinition[] = [
  {
    name: 'explore',
    description: 'Finds its way in files and on the web, and says what is where. Changes nothing.',
    prompt:
      'You explore. Find what you were asked for with as few and as broad looks as you can, and change nothing. Answer with what you found and where it is: paths with line numbers, and no more text than is needed. Say what you looked for and did not find.',
    disallowedTools: WRITING_TOOLS,
    permissions: readOnlyPolicy(),
    maxSteps: 20,
  },
  {
    name: 'general',
    description: 'Does any task that can be handed over whole, changes included.',
    prompt:
      'You were handed one task. Do all of it and nothing else. Check what you did before you answer. Then say in a few sentences what you found, what you changed and what is left.',
    maxSteps: 50,
  },
  {
    name: 'plan',
    description: 'Works out how something could be done, step by step. Changes nothing.',
    prompt:
      'You plan. Look at what there is before you decide, and change nothing. Answer with steps in order, each with the files that it touches and how one can tell that it is done. Name what is risky, and what has to be decided by somebody else.',
    disallowedTools: WRITING_TOOLS,
    permissions: readOnlyPolicy(),
    maxSteps: 30,
  },
  {
    name: 'verification',
    description: 'Tries to show that something does not work. Changes nothing; commands need an approval.',
    prompt:
      'You verify. Try to break what you were told is done: run the checks that there are, look for the cases that nobody thought of, and change nothing. Answer with a verdict (passed, failed, or not decided), what you ran with its outcome, and what you could not check.',
    disallowedTools: WRITING_TOOLS,
    permissions: readOnlyPolicy({ commands: 'ask' }),
    maxSteps: 30,
  },
  {
    name: 'review',
    description: 'Reads a change and says what is wrong with it. Changes nothing.',
    prompt:
      'You review. Read the change and what it touches, and change nothing. Answer with what is wrong, the gravest first, each with its place, why it matters and a way out. Say nothing about taste, and say so if there is nothing to object to.',
    disallowedTools: WRITING_TOOLS,
    permissions: readOnlyPolicy(),
    maxSteps: 25,
  },
]
