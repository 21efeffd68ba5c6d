/** Brings a JSON Schema into the strict subset that Structured Outputs can enforce, where that is possible. */
import { isJsonObject, type Json, type JsonObject, type JsonSchema, type LlmRequest } from '@seamfold/core/kit'

/** A schema for the wire, and whether the provider can enforce it to the letter. */
export type OutputSchema = { readonly name: string; readonly schema: JsonSchema; readonly strict: boolean }

/** Objects may be nested so deep. */
const DEEPEST = 10

/** Keywords that say nothing that the subset could not do without: the answer is checked against the whole schema afterwards. */
const DROPPED: ReadonlySet<string> = new Set(
  `$schema $id $comment $anchor title default examples deprecated readOnly writeOnly
  minLength maxLength uniqueItems minProperties maxProperties contentEncoding contentMediaType`.split(/\s+/),
)

const KEPT: ReadonlySet<string> = new Set(
  'type description enum const pattern multipleOf minimum maximum exclusiveMinimum exclusiveMaximum minItems maxItems'.split(' '),
)

const FORMATS: ReadonlySet<Json> = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'])

/** Thrown inside this file only, for a schema that the subset cannot say. */
class NotExpressible extends Error {}

/**
 * Optional properties become required and may be null, since the subset knows no optional ones. A schema that needs more than
 * the subset has goes as it is, unenforced.
 */
export function outputSchema({ name, schema }: NonNullable<LlmRequest['output']>): OutputSchema {
  const wireName = name.replaceAll(/[^\w-]/g, '_').slice(0, 64) || 'output'
  try {
    if (schema['type'] !== 'object') throw new NotExpressible()
    return { name: wireName, schema: strictSchema(schema, 0), strict: true }
  } catch (error) {
    if (!(error instanceof NotExpressible)) throw error
    return { name: wireName, schema, strict: false }
  }
}

function strictSchema(schema: Json | undefined, depth: number): JsonObject {
  if (!isJsonObject(schema) || depth > DEEPEST) throw new NotExpressible()
  // A reference stands alone in the subset.
  if (typeof schema['$ref'] === 'string') {
    if (!schema['$ref'].startsWith('#')) throw new NotExpressible()
    return { $ref: schema['$ref'], ...definitionsOf(schema, depth) }
  }
  if (!['type', 'enum', 'const', 'anyOf', 'oneOf'].some((keyword) => keyword in schema)) throw new NotExpressible()
  const strict: Record<string, Json> = { ...definitionsOf(schema, depth) }
  for (const [keyword, value] of Object.entries(schema)) {
    if (KEPT.has(keyword) || (keyword === 'format' && FORMATS.has(value))) strict[keyword] = value
    else if (keyword === 'items') strict['items'] = strictSchema(value, depth + 1)
    else if (keyword === 'anyOf' || keyword === 'oneOf') strict['anyOf'] = alternatives(value, depth)
    else if (!DROPPED.has(keyword) && !OBJECT.has(keyword) && keyword !== 'format') throw new NotExpressible()
  }
  if (hasType(schema, 'object')) Object.assign(strict, objectParts(schema, depth))
  if (hasType(schema, 'array') && strict['items'] === undefined) throw new NotExpressible()
  return strict
}

const OBJECT: ReadonlySet<string> = new Set(['properties', 'required', 'additionalProperties', '$defs', 'definitions'])

function definitionsOf(schema: JsonObject, depth: number): JsonObject {
  const parts: Record<string, Json> = {}
  for (const key of ['$defs', 'definitions']) {
    const definitions = schema[key]
    if (isJsonObject(definitions)) parts[key] = mapValues(definitions, (value) => strictSchema(value, depth))
  }
  return parts
}

function alternatives(value: Json, depth: number): Json {
  if (!Array.isArray(value)) throw new NotExpressible()
  return value.map((alternative: Json) => strictSchema(alternative, depth))
}

/** An object without named properties may hold anything: the subset has no way to say that. */
function objectParts(schema: JsonObject, depth: number): JsonObject {
  const open = schema['additionalProperties']
  if (!isJsonObject(schema['properties']) ? open !== false : open !== undefined && open !== false) throw new NotExpressible()
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {}
  const required: readonly Json[] = Array.isArray(schema['required']) ? schema['required'] : []
  return {
    properties: mapValues(properties, (value, name) => {
      const strict = strictSchema(value, depth + 1)
      return required.includes(name) ? strict : orNull(strict)
    }),
    required: Object.keys(properties),
    additionalProperties: false,
  }
}

function orNull(schema: JsonObject): JsonObject {
  const { type, enum: values, anyOf } = schema
  if (Array.isArray(anyOf))
    return anyOf.some((one) => isJsonObject(one) && hasType(one, 'null')) ? schema : { ...schema, anyOf: [...anyOf, NULL] }
  if (type === undefined || 'const' in schema) return { anyOf: [schema, NULL] }
  const types = Array.isArray(type) ? type : [type]
  const nullable = types.includes('null') ? types : [...types, 'null']
  if (!Array.isArray(values)) return { ...schema, type: nullable }
  return { ...schema, type: nullable, enum: values.includes(null) ? values : [...values, null] }
}

const NULL: JsonObject = { type: 'null' }

const hasType = ({ type }: JsonObject, wanted: string): boolean => (Array.isArray(type) ? type.includes(wanted) : type === wanted)

const mapValues = (object: JsonObject, change: (value: Json, key: string) => Json): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))
