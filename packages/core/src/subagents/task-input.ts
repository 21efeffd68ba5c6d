/** What a model may ask of the task tool: one task or many, or what became of earlier ones. */
import type { JsonObject, JsonSchema } from '../model/json.ts'
import { jsonSchema, type Schema } from '../model/schema.ts'

export type Task = {
  readonly agent: string
  readonly description: string
  readonly prompt: string
  readonly maxSteps?: number
  readonly outputSchema?: JsonSchema
}

type TaskArguments = {
  readonly agent?: string
  readonly description?: string
  readonly prompt?: string
  readonly max_steps?: number
  readonly output_schema?: JsonObject
}

export type TaskInput = TaskArguments & {
  readonly tasks?: readonly TaskArguments[]
  readonly allow_partial_failure?: boolean
  readonly background?: boolean
  readonly collect?: readonly string[]
  readonly wait?: boolean
}

const MAX_TASKS = 32

const ONE: Readonly<Record<string, JsonSchema>> = {
  agent: { type: 'string', description: 'Who does it.' },
  description: { type: 'string', description: 'The task in a few words, for whoever watches.' },
  prompt: {
    type: 'string',
    minLength: 1,
    description: 'The whole task: the agent knows nothing of this conversation. Say what to do and what to answer with.',
  },
  max_steps: { type: 'integer', minimum: 1, description: 'The most turns that it may take.' },
  output_schema: { type: 'object', description: 'A JSON Schema that its answer has to follow.' },
}

export const taskSchema: Schema<TaskInput> = jsonSchema<TaskInput>({
  type: 'object',
  additionalProperties: false,
  properties: {
    ...ONE,
    tasks: {
      type: 'array',
      minItems: 1,
      maxItems: MAX_TASKS,
      items: { type: 'object', additionalProperties: false, properties: ONE, required: ['agent', 'prompt'] },
      description: 'Several tasks that do not depend on each other, instead of one. They are done at the same time.',
    },
    allow_partial_failure: {
      type: 'boolean',
      description: 'Some of the tasks may fail without the whole call counting as failed. Default: false.',
    },
    background: {
      type: 'boolean',
      description: 'Do not wait: you are told when they have ended, or collect them. Default: false.',
    },
    collect: {
      type: 'array',
      minItems: 1,
      items: { type: 'string' },
      description: 'Ids of tasks in the background whose outcome you want now.',
    },
    wait: { type: 'boolean', description: 'With collect: wait until they have ended. Default: true.' },
  },
})

/** The tasks of a call, or what is wrong with it. */
export function tasksOf(input: TaskInput): readonly Task[] | string {
  const given = [input.prompt, input.tasks, input.collect].filter((each) => each !== undefined)
  if (given.length !== 1) return 'Give one of these: a prompt with its agent, a list of tasks, or the ids of tasks to collect.'
  if (input.collect !== undefined) return []
  if (input.tasks !== undefined) return input.tasks.map(toTask)
  return input.agent === undefined ? 'Say which agent has to do it.' : [toTask(input)]
}

const toTask = ({ agent = '', prompt = '', description, max_steps, output_schema }: TaskArguments): Task => ({
  agent,
  prompt,
  description: description ?? prompt.slice(0, 60),
  ...(max_steps === undefined ? {} : { maxSteps: max_steps }),
  ...(output_schema === undefined ? {} : { outputSchema: output_schema }),
})

/** As kept in the fact of a task in the background. */
export const taskJson = ({ prompt, maxSteps, outputSchema }: Task): JsonObject => ({
  prompt,
  ...(maxSteps === undefined ? {} : { maxSteps }),
  ...(outputSchema === undefined ? {} : { outputSchema }),
})

export const taskFromJson = ({ agent, description }: Pick<Task, 'agent' | 'description'>, kept: JsonObject): Task => ({
  ...(kept as Pick<Task, 'prompt' | 'maxSteps' | 'outputSchema'>),
  agent,
  description,
})
