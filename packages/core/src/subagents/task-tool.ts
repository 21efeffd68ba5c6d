/** `taskTool`: lets an agent give tasks to others. */
import { isAgentError, AgentError } from '../base/errors.ts'
import type { Access } from '../model/access.ts'
import { tool } from '../model/define-tool.ts'
import { isTerminal } from '../model/session-state.ts'
import { defineMiddleware, type Middleware, type RunContext } from '../loop/middleware.ts'
import { createAgent } from '../session/agent.ts'
import type { BindableTool, Binding, BoundOptions, OpenedJournal } from '../session/bindable-tool.ts'
import type { AgentProfile } from '../session/types.ts'
import { openSession } from '../session/view.ts'
import { AgentRegistry } from './agent-registry.ts'
import { childOptions } from './child-options.ts'
import { BACKGROUND_TASKS, type Child, isOpen, TASK_TOOL } from './children.ts'
import type { AgentDefinition } from './definition.ts'
import { type TaskInput, taskSchema, tasksOf } from './task-input.ts'
import { type TaskState, taskState } from './task-state.ts'
import { TaskWork } from './task-work.ts'
import type { TaskToolOptions, Team } from './team.ts'

/** Give it to `createAgent({ tools })`. Throws `invalid_argument` for options that mean nothing. A call of it counts as access `agent`; what the children do is judged call by call. */
export function taskTool(options: TaskToolOptions = {}): BindableTool {
  const { agents, concurrency = 1, maxDepth = 0, maxOutput = 0 } = options
  const wrong = Object.entries({ concurrency: concurrency - 1, maxDepth, maxOutput }).find(([, limit]) => !(limit >= 0))
  if (wrong !== undefined || (agents !== undefined && typeof agents.list !== 'function'))
    throw new AgentError(
      'invalid_argument',
      wrong === undefined
        ? "The option 'agents' of the task tool is a new AgentRegistry([…])"
        : `The option '${wrong[0]}' of the task tool must be a number, and not below ${wrong[0] === 'concurrency' ? 1 : 0}`,
    )
  return taskToolAt(options, 1)
}

function taskToolAt(options: TaskToolOptions, depth: number): BindableTool {
  return {
    ...taskToolFor(options.agents ?? new AgentRegistry()),
    bind: (parent) => bound({ parent, registry: fromProfiles(options.agents ?? new AgentRegistry(), parent), options, depth }),
  }
}

function taskToolFor(registry: AgentRegistry): ReturnType<typeof tool> {
  const agents = registry.list().map(({ name, description }) => `- ${name}: ${description}`)
  return tool<TaskInput>({
    name: TASK_TOOL,
    description: `Give a task, or several at once, to agents that work on their own and tell you what came of it. The agents are:\n${agents.join('\n')}`,
    input: taskSchema,
    access: (input) => accessesOf(input, registry),
    effect: 'keyed', // a call that is made again finds its children by its identity
    timeoutMs: 0, // its children have limits of their own
    execute() {
      throw new AgentError('unsupported', 'The task tool works only where createAgent({ tools }) got it')
    },
  })
}

/** By the names that rules are about: another name for an agent is no way around them. */
function accessesOf(input: TaskInput, registry: AgentRegistry): readonly Access[] {
  const tasks = tasksOf(input)
  if (typeof tasks === 'string') return []
  return [...new Set(tasks.map(({ agent }) => registry.named(agent)))].map((agent) => ({ kind: 'agent', agent }))
}

/** Agents that were given to `createAgent` can be given tasks too. */
export function fromProfiles(agents: AgentRegistry, { agents: profiles = {} }: BoundOptions): AgentRegistry {
  const registry = agents.copy()
  for (const [name, profile] of Object.entries(profiles)) registry.register(fromProfile(name, profile))
  return registry
}

const fromProfile = (name: string, { description, llm, instructions, tools, maxTurns }: AgentProfile): AgentDefinition => ({
  name,
  description: description ?? `The agent ${name}.`,
  ...(llm === undefined ? {} : { model: llm }),
  ...(instructions === undefined ? {} : { prompt: instructions }),
  ...(tools === undefined ? {} : { tools: [], ownTools: tools }),
  ...(maxTurns === undefined ? {} : { maxSteps: maxTurns }),
})

function bound(team: Team): Binding {
  const works = new WeakMap<RunContext, TaskWork>()
  /** By session: the tasks of its run. */
  const live = new Map<string, TaskWork>()
  const settling = new Set<Promise<void>>()
  const made = taskToolFor(team.registry)
  return {
    tool: made,
    middleware: [
      subAgents(team, (run, work) => {
        works.set(run, work)
        live.set(run.sessionId, work)
      }),
      backgroundTasks((run) => works.get(run)),
    ],
    opened(journal, state) {
      const end = async (): Promise<void> => {
        const left = openChildren(state()).filter(() => hasEnded(journal))
        await live.get(journal.sessionId)?.stop(PARENT_ENDED)
        live.delete(journal.sessionId)
        await Promise.all(left.map((child) => cancelChild(team, child)))
      }
      const look = (): void => {
        if (!hasEnded(journal) || (openChildren(state()).length === 0 && !live.has(journal.sessionId))) return
        const work = end().catch(() => {}) // it is looked at again when the session is opened again
        settling.add(work)
        void work.finally(() => settling.delete(work))
      }
      look()
      journal.onCommit(look)
    },
    async settled() {
      await Promise.all(settling)
    },
  }
}

const PARENT_ENDED = new AgentError('cancelled', 'the run that gave this task has ended')

const hasEnded = ({ state: { run } }: OpenedJournal): boolean => run !== undefined && isTerminal(run.status)

const openChildren = (state: unknown): readonly Child[] => [...(state as TaskState).children.values()].filter(isOpen)

function subAgents(team: Team, onStart: (run: RunContext, work: TaskWork) => void): Middleware {
  return defineMiddleware<TaskState>({
    name: 'sub-agents',
    ...taskState(team.parent.llm.model.price),
    start(run, state) {
      const here = teamAt(team, run)
      const work = new TaskWork({ team: here, run, deeper: (registry) => deeper(here, registry) }, state)
      onStart(run, work)
      work.resumeBackground()
      return {
        wrapToolCall: (invocation, next) =>
          invocation.call.name === TASK_TOOL ? work.pass(invocation, next) : work.count(invocation, next),
      }
    },
  })
}

/** A step says how deep its caller is: what is given on from there is deeper. */
function teamAt(team: Team, { metadata }: RunContext): Team {
  const { agent, depth } = metadata
  return typeof agent === 'string' && typeof depth === 'number' ? { ...team, depth: Math.max(team.depth, depth + 1) } : team
}

function backgroundTasks(workOf: (run: RunContext) => TaskWork | undefined): Middleware {
  return defineMiddleware({
    name: BACKGROUND_TASKS,
    start: (run) => ({
      decideNext: async (report) => workOf(run)?.decide(report),
      async wrapToolCall(invocation, next) {
        const outcome = await next(invocation)
        if (outcome.type === 'suspended') await workOf(run)?.idle()
        return outcome
      },
    }),
  })
}

const deeper = ({ options, depth }: Team, registry: AgentRegistry): BindableTool => taskToolAt({ ...options, agents: registry }, depth + 1)

/** A child whose parent has ended without it: it ends too, with all below it. */
async function cancelChild(team: Team, { start }: Child): Promise<void> {
  const definition = team.registry.has(start.agent) ? team.registry.get(start.agent) : { name: start.agent, description: start.description }
  const agent = createAgent(
    childOptions(team, { definition, maxSteps: undefined, grant: {}, confirm: undefined, deeper: (registry) => deeper(team, registry) }),
  )
  try {
    await (await agent.session({ id: start.childSessionId, create: false })).cancel(PARENT_ENDED.message)
  } catch (error) {
    if (isAgentError(error, 'session_held')) await (await openSession(team.parent.store, start.childSessionId)).cancel(PARENT_ENDED.message)
    else if (!isAgentError(error, 'session_not_found')) throw error
  } finally {
    await agent.close()
  }
}
