/** `tool({…})`: from what an author writes to what the runtime runs, checked at once. */
import { AgentError, toMessage } from '../base/errors.ts'
import type { Access, Effect } from './access.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { type AnySchema, type Schema, toSchema } from './schema.ts'
import { straightPaths } from './straight-path.ts'
import type { ProbeAnswer, ProbeContext, Tool, ToolContext } from './tool.ts'

/** What an author says of a tool. `T` is what the schema makes of the model's arguments. */
export interface ToolOptions<T> {
  /** 1 to 64 of letters, digits, `_` and `-`. */
  readonly name: string
  readonly description: string
  /** Any Standard Schema that can say itself as JSON Schema (zod 4), or `jsonSchema(…)`. Default: an empty object. */
  readonly input?: AnySchema<T>
  /** Short for: no conflicting access, effect `none`. Default: false. */
  readonly readOnly?: boolean
  /** What a call would touch; `a/../b` is judged as `b`. Default: `other`, which runs alone. */
  access?(input: T): readonly Access[] | Promise<readonly Access[]>
  /** What happens when a call is made twice. Default: `unsafe`. */
  readonly effect?: Effect | ((input: T) => Effect)
  /** Milliseconds; `0` means no limit. Default: the agent's `toolMs`. */
  readonly timeoutMs?: number
  /** Arguments in which `secret://NAME` stands for a secret that `execute` gets in its place. Default: none. */
  readonly secrets?: readonly (keyof T & string)[]
  /** The sandbox that `execute` keeps it in, by name: it is kept with the start of each call. Default: none. */
  readonly sandbox?: string
  /** The result comes from outside, and is not to be taken for instructions. Default: false. */
  readonly untrusted?: boolean | ((input: T) => boolean)
  /** What the world looked like before: stored with the start, given to `probe`. */
  witness?(input: T): Promise<Json>
  /** After a crash: did it happen? Default: unknown. */
  probe?(input: T, context: ProbeContext): Promise<ProbeAnswer>
  /** Do it. A string is the result verbatim; other values become JSON; a throw is a failed result that the model reads. */
  execute(input: T, context: ToolContext): unknown
}

const NAME = /^[a-zA-Z0-9_-]{1,64}$/

/** Make a tool. Throws `invalid_argument` for a bad name, an empty description, or a schema that is not of an object. */
export function tool<T = JsonObject>(options: ToolOptions<T>): Tool {
  const { name, description } = options
  if (!NAME.test(name)) throw new AgentError('invalid_argument', `Tool name ${JSON.stringify(name)}: use 1 to 64 of a-z, A-Z, 0-9, _ and -`)
  if (description.trim() === '')
    throw new AgentError('invalid_argument', `Tool ${name} has no description: the model reads it to know when to call it`)
  const schema = options.input === undefined ? undefined : schemaOf(name, options.input)
  const parameters = schema?.json ?? { type: 'object', properties: {} }
  if (parameters.type !== 'object') {
    throw new AgentError(
      'invalid_argument',
      `The input schema of tool ${name} must be of an object; it is ${JSON.stringify(parameters.type ?? 'without a type')}`,
    )
  }
  // Every input below went through `parse`, whose output type is T.
  const typed = (input: Json): T => input as T
  const { effect = options.readOnly ? 'none' : 'unsafe', access, witness, probe, untrusted } = options
  return {
    definition: { name, description, parameters },
    parse: (input) => (schema === undefined ? parseObject(input) : (schema.parse(input) as ReturnType<Tool['parse']>)),
    access(input) {
      const touches = access ? access(typed(input)) : options.readOnly ? [] : [{ kind: 'other' as const }]
      return touches instanceof Promise ? touches.then(straightPaths) : straightPaths(touches)
    },
    effect: (input) => (typeof effect === 'function' ? effect(typed(input)) : effect),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.secrets ? { secrets: options.secrets } : {}),
    ...(options.sandbox ? { sandbox: options.sandbox } : {}),
    ...(untrusted ? { untrusted: (input) => (untrusted === true ? true : untrusted(typed(input))) } : {}),
    ...(witness ? { witness: (input) => witness(typed(input)) } : {}),
    ...(probe ? { probe: (input, context) => probe(typed(input), context) } : {}),
    execute: async (input, context) => options.execute(typed(input), context),
  }
}

function schemaOf<T>(name: string, input: AnySchema<T>): Schema<T> {
  try {
    return toSchema(input)
  } catch (error) {
    throw new AgentError('invalid_argument', `The input schema of tool ${name}: ${toMessage(error)}`, { cause: error })
  }
}

const parseObject = (input: Json): ReturnType<Tool['parse']> =>
  isJsonObject(input) ? { ok: true, value: input } : { ok: false, problems: ['input: must be an object'] }
