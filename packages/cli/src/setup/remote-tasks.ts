/** The tool `task` where a worker elsewhere does the tasks: with its own model, tools and folder. */
import { jsonSchema, stepTool, type Tool } from '@seamfold/core'
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
  const made = stepTool<Input>({
    name: TASK_TOOL_NAME,
    description: `Give a task, or several at once, to the agents of the worker at ${new URL(url).host}. They work on their own, in their own folder, and tell you what came of it.`,
    input,
    access: (given) => [...new Set(tasksOf(given).map(({ agent }) => agent))].map((agent) => ({ kind: 'agent', agent })),
    executor,
    tasksOf: (given) => tasksOf(given).map(({ agent, prompt, description = prompt.slice(0, 60) }) => ({ agent, prompt, description })),
  })
  return { tool: made, close: () => executor.close() }
}
