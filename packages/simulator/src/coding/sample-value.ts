/** Makes a value that fits a JSON Schema, for requests that ask for structured output. */
import { isFields } from '../base/json.ts'

/** The simplest value that fits; free text becomes `words`. */
export function sampleValue(schema: unknown, words: string): unknown {
  if (!isFields(schema)) return words
  if (schema['const'] !== undefined) return schema['const']
  if (schema['default'] !== undefined) return schema['default']
  if (Array.isArray(schema['enum'])) return schema['enum'][0]
  const alternatives = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(alternatives)) return sampleValue(alternatives[0], words)
  const type: unknown = Array.isArray(schema['type']) ? schema['type'][0] : schema['type']
  switch (type) {
    case 'object': {
      const properties = isFields(schema['properties']) ? schema['properties'] : {}
      return Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, sampleValue(inner, words)]))
    }
    case 'array':
      return typeof schema['minItems'] === 'number' && schema['minItems'] > 0
        ? Array.from({ length: schema['minItems'] }, () => sampleValue(schema['items'], words))
        : []
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0
    case 'boolean':
      return false
    case 'null':
      return null
    default:
      return words
  }
}
