/** Brings a JSON Schema into the part of the language to which the API can hold an answer. */
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '@seamfold/core/kit'

/** What the API enforces besides the keywords below that are followed into (platform.claude.com, "Structured outputs"). */
const KEPT: ReadonlySet<string> = new Set(['type', 'enum', 'const', 'required', '$ref', 'description', 'title', 'default'])
const MAPS: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions'])
const LISTS: ReadonlySet<string> = new Set(['anyOf', 'allOf'])
const FORMATS: ReadonlySet<string> = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'])

/**
 * The schema with every object closed, and with what cannot be enforced told to the model in the description instead.
 * The caller checks the answer against the schema that it gave.
 */
export function outputSchema(schema: JsonSchema): JsonSchema {
  const fields: Record<string, Json> = {}
  const told: string[] = []
  for (const [keyword, value] of Object.entries(schema)) {
    const kept = keep(keyword, value)
    if (kept !== undefined) Object.assign(fields, kept)
    else if (keyword !== '$schema' && keyword !== 'additionalProperties') told.push(`${keyword}: ${JSON.stringify(value)}`)
  }
  if (isObjectType(schema['type'])) fields['additionalProperties'] = false
  const { description } = schema
  if (told.length > 0) fields['description'] = `${typeof description === 'string' ? `${description} ` : ''}(${told.join(', ')})`
  return fields
}

function keep(keyword: string, value: Json): JsonObject | undefined {
  if (KEPT.has(keyword)) return { [keyword]: value }
  if (keyword === 'items' && isJsonObject(value)) return { items: outputSchema(value) }
  if (MAPS.has(keyword) && isJsonObject(value)) {
    return { [keyword]: Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, inSchema(inner)])) }
  }
  if (LISTS.has(keyword) && Array.isArray(value)) return { [keyword]: value.map(inSchema) }
  if (keyword === 'oneOf' && Array.isArray(value)) return { anyOf: value.map(inSchema) }
  if (keyword === 'format' && typeof value === 'string' && FORMATS.has(value)) return { format: value }
  if (keyword === 'minItems' && (value === 0 || value === 1)) return { minItems: value }
  return undefined
}

const inSchema = (value: Json): Json => (isJsonObject(value) ? outputSchema(value) : value)

const isObjectType = (type: Json | undefined): boolean => type === 'object' || (Array.isArray(type) && type.includes('object'))
