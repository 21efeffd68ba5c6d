/** The tool `task` where a worker elsewhere does the tasks: with its own model, tools and folder. */
import { executeStepsParallel, jsonSchema, tool, type Tool } from '@seamfold/core'
import { AgentError, failed } from '@seamfold/core/kit'
import type { WorkerChoice } from './settings.ts'

/** What the tool is called that gives tasks, wherever they are done. */
export const TASK_TOOL_NAME = 'task'

export type RemoteTasks = { readonly tool: Tool; close(): Promise<void> }

type Task = { readonly agent: string; readonly description?: string; readonly prompt: string }
type Input = Partial<Task> & { readonly tasks?: readonly Task[] }

const one = {
  agent: { type: 'string', description: "Who does it: 'default' is the worker's own agent." },
  description: { type: 'string', description: 'The task in a few words, for whoever watches.' },
  prompt: { type: 'string', minLength: 1, description: 'The whole task: the worker knows nothing of this conversation.' },
} as const

const input = jsonSchema<Input>({
  type: 'object',
  additionalProperties: false,
  properties: {
    ...one,
    tasks: {
      type: 'array',
      minItems: 1,
      maxItems: 32,
      items: { type: 'object', additionalProperties: false, properties: one, required: ['agent', 'prompt'] },
      description: 'Several tasks that do not depend on each other, instead of one. They are done at the same time.',
    },
  },
})

const tasksOf = ({ tasks, agent = 'default', description, prompt }: Input): readonly Task[] =>
  tasks ?? (prompt === undefined ? [] : [{ agent, prompt, ...(description === undefined ? {} : { description }) }])

/** Throws `invalid_argument` for an address that is none, or a token that would cross a network in the clear. */
export async function openWorker({ url, token }: WorkerChoice): Promise<RemoteTasks> {
  const { remoteExecutor } = await import('@seamfold/executor-remote')
  const executor = remoteExecutor({ url, ...(token === undefined ? {} : { token }) })
  const made = tool<Input>({
    name: TASK_TOOL_NAME,
    description: `Give a task, or several at once, to the agents of the worker at ${new URL(url).host}. They work on their own, in their own folder, and tell you what came of it.`,
    input,
    access: (given) => [...new Set(tasksOf(given).map(({ agent }) => agent))].map((agent) => ({ kind: 'agent', agent })),
    effect: 'keyed', // the worker finds a step that it has begun by its id
    timeoutMs: 0,
    async execute(given, { idempotencyKey, signal, progress, session }) {
      const tasks = tasksOf(given)
      if (tasks.length === 0) throw new AgentError('invalid_argument', 'Give a prompt with its agent, or a list of tasks.')
      // Workers that give tasks to each other come to an end.
      const { depth } = session.metadata
      const authority = { depth: (typeof depth === 'number' ? depth : 0) + 1 }
      const steps = tasks.map(({ agent, prompt, description = prompt.slice(0, 60) }, index) => ({
        taskId: `${idempotencyKey.slice(0, 40)}-${index}`,
        agent,
        prompt,
        description,
        authority,
      }))
      const outcomes = await executeStepsParallel(executor, steps, {
        signal,
        onEvent: ({ event }, { description }) => {
          if (event.type === 'agent_end') progress(`${description}: done\n`)
        },
      })
      const text = outcomes.map(({ agent, status, output }) => `${agent} ${status}.\n${output}`).join('\n\n')
      return outcomes.every(({ success }) => success) ? text : failed(text)
    },
  })
  return { tool: made, close: () => executor.close() }
}
