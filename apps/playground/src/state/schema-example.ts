/** A value to begin with, from what a JSON Schema says: every required field, empty. */
import type { Json, JsonObject } from '@seamfold/core/kit'

const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Levels that are filled in: a schema may hold itself. */
const deepest = 6

export function exampleOf(schema: Json | undefined, depth = 0): Json {
  if (!isObject(schema) || depth > deepest) return null
  if (schema.default !== undefined) return schema.default
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null
  const choices = schema.anyOf ?? schema.oneOf
  if (Array.isArray(choices)) return exampleOf(choices[0], depth + 1)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type) {
    case 'object': {
      const required = Array.isArray(schema.required) ? schema.required : []
      const properties = isObject(schema.properties) ? schema.properties : {}
      return Object.fromEntries(
        Object.entries(properties).flatMap(([name, field]) => (required.includes(name) ? [[name, exampleOf(field, depth + 1)]] : [])),
      )
    }
    case 'array':
      return []
    case 'string':
      return ''
    case 'number':
    case 'integer':
      return typeof schema.minimum === 'number' ? schema.minimum : 0
    case 'boolean':
      return false
    default:
      return null
  }
}
