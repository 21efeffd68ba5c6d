/** `askUser`: lets the model ask a person, in place or for as long as it takes. */
import { tool } from '../model/define-tool.ts'
import { isJsonObject, type JsonObject, type JsonSchema } from '../model/json.ts'
import { jsonSchema } from '../model/schema.ts'
import { failed, succeeded } from '../model/tool.ts'
import type { WaitingFor } from '../model/waiting.ts'
import type { BindableTool } from '../session/bindable-tool.ts'
import { argsOf, askingTool, outOfPlace } from './asking-tool.ts'

const ASK_USER = 'ask_user'

export type QuestionOption = { readonly label: string; readonly description?: string }

/** What a person is asked. */
export type Question = {
  readonly question: string
  /** Empty where only words of the person's own will do. */
  readonly options: readonly QuestionOption[]
  /** More than one may be chosen. */
  readonly several: boolean
  /** Words of the person's own will do as well. */
  readonly freeText: boolean
}

export type AskUserOptions = {
  /** Milliseconds after which the model is told that nobody answered. Default: never. */
  readonly timeoutMs?: number
}

const schema: JsonSchema = {
  type: 'object',
  properties: {
    question: { type: 'string', minLength: 1, description: 'One question, whole and by itself: the person may not see the conversation' },
    options: {
      type: 'array',
      description: 'Answers to choose from, if there are any',
      maxItems: 12,
      items: {
        type: 'object',
        properties: { label: { type: 'string', minLength: 1 }, description: { type: 'string' } },
        required: ['label'],
        additionalProperties: false,
      },
    },
    several: { type: 'boolean', description: 'Whether more than one option may be chosen. Default: false' },
    free_text: { type: 'boolean', description: 'Whether words of their own will do beside the options. Default: true' },
  },
  required: ['question'],
  additionalProperties: false,
}

/** Give it to `createAgent({ tools })`. Without anybody to ask, and without a durable store to wait in, the model is told so. */
export function askUser({ timeoutMs }: AskUserOptions = {}): BindableTool {
  return askingTool({
    kind: 'question',
    timeoutMs,
    tool: tool({
      name: ASK_USER,
      description:
        'Ask the person you work for when you cannot go on well without their answer. Give options where there are some. The result is what they chose or wrote.',
      input: jsonSchema<JsonObject>(schema),
      readOnly: true,
      timeoutMs: 0, // a person takes their time
      execute: () => outOfPlace(ASK_USER),
    }),
    wish: (input) => {
      const question = questionOf({ args: input })
      return { reason: question.question, reply: replySchema(question) }
    },
    here: ({ confirm, unanswered }) => ({ confirm, unanswered }),
    result: ({ approved, reply, message }) => {
      if (approved) return succeeded((Array.isArray(reply) ? reply : [reply]).filter((each) => typeof each === 'string').join('\n'))
      return failed(message === undefined ? 'The person does not want to answer this.' : `There is no answer: ${message}`, {
        kind: 'rejected',
      })
    },
  })
}

/** What a request of kind `question` asks. */
export function questionOf(request: Pick<WaitingFor, 'args'>): Question {
  const { question, options, several, free_text: freeText } = argsOf(request)
  const known = (Array.isArray(options) ? options : []).filter(isJsonObject).map(({ label, description }) => ({
    label: typeof label === 'string' ? label : '',
    ...(typeof description === 'string' ? { description } : {}),
  }))
  return {
    question: typeof question === 'string' ? question : '',
    options: known,
    several: several === true,
    freeText: known.length === 0 || freeText !== false,
  }
}

/** A text or an option; where several may be chosen, a list of them. */
function replySchema({ options, several, freeText }: Question): JsonSchema {
  const one: JsonSchema = freeText ? { type: 'string', minLength: 1 } : { enum: options.map(({ label }) => label) }
  return several ? { anyOf: [one, { type: 'array', items: one, minItems: 1 }] } : one
}
