/** Schemas from any library that speaks Standard Schema, and raw JSON Schema for those who have none. */
import { AgentError, toMessage } from '../base/errors.ts'
import { present } from '../base/present.ts'
import { isJsonObject, type Json, type JsonSchema } from './json.ts'
import { compileSchema } from './json-schema.ts'
import type { Parsed } from './tool.ts'

/** The part of the Standard Schema interface (standardschema.dev, version 1) that we read. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
    readonly jsonSchema?: { readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown> }
  }
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] }

/** A schema that the runtime can show to a model and hold data to. */
export interface Schema<T = unknown> {
  readonly json: JsonSchema
  parse(value: Json): Parsed<T> | Promise<Parsed<T>>
}

/** What may be given where a schema is asked for. */
export type AnySchema<T = unknown> = StandardSchema<T> | Schema<T>

/**
 * A schema from raw JSON Schema (draft 2020-12). `T` is what you promise the schema describes.
 * Throws `invalid_argument`, naming the place, when it is not a JSON Schema object or is broken.
 */
export function jsonSchema<T = Json>(schema: JsonSchema): Schema<T> {
  if (!isJsonObject(schema)) throw new AgentError('invalid_argument', `A JSON Schema is an object; this is ${JSON.stringify(schema)}`)
  const validate = compileSchema(schema)
  return {
    json: schema,
    parse(value) {
      const problems = validate(value)
      // The value was just checked against the schema that T was promised to match.
      return problems.length === 0 ? { ok: true, value: value as T } : { ok: false, problems }
    },
  }
}

/** Read any schema as ours. Throws `invalid_argument` when it cannot say itself as JSON Schema. */
export function toSchema<T>(schema: AnySchema<T>): Schema<T> {
  if ('json' in schema) return schema
  const standard = (schema as Partial<StandardSchema<T>>)['~standard']
  if (standard === undefined)
    throw new AgentError('invalid_argument', 'This is no Standard Schema: wrap a plain JSON Schema with jsonSchema(…)')
  const json = shapeOf(standard)
  if (json === undefined) {
    throw new AgentError(
      'invalid_argument',
      `A schema of '${standard.vendor}' cannot say itself as JSON Schema: use zod 4.2 or later, or jsonSchema(…)`,
    )
  }
  const { $schema: _, ...shape } = json
  return {
    json: shape as JsonSchema,
    parse: (value) => {
      const result = standard.validate(value)
      return result instanceof Promise ? result.then(fromStandard) : fromStandard(result)
    },
  }
}

function shapeOf({ vendor, jsonSchema: shape }: StandardSchema['~standard']): Record<string, unknown> | undefined {
  try {
    return shape?.input({ target: 'draft-2020-12' })
  } catch (error) {
    throw new AgentError('invalid_argument', `A schema of '${vendor}' cannot say itself as JSON Schema: ${toMessage(error)}`, {
      cause: error,
    })
  }
}

function fromStandard<T>(result: StandardResult<T>): Parsed<T> {
  if (result.issues === undefined) return { ok: true, value: result.value }
  return { ok: false, problems: result.issues.map(({ message, path }) => `${pathText(path) || 'input'}: ${message}`) }
}

const pathText = (path: readonly unknown[] = []): string =>
  path.map((part) => String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part)).join('.')

/** The name of the tool through which a model gives a structured answer. */
export const STRUCTURED_OUTPUT_TOOL = 'structured_output'

/** Providers take only schemas of objects: anything else travels as the field `value` of one. */
export function objectSchema(schema: JsonSchema): JsonSchema {
  if (schema.type === 'object') return schema
  const { $defs, definitions, ...value } = schema
  const shared = present({ $defs, definitions })
  return { type: 'object', properties: { value }, required: ['value'], additionalProperties: false, ...shared }
}
