/** The subset of JSON Schema that strict tools and structured outputs accept. */
import { isFields, shown } from '../base/json.ts'
import { innerSchemas, invalidSchema } from './json-schema.ts'

type Path = readonly (string | number)[]

const refused = [
  'oneOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
  'patternProperties',
  'dependentRequired',
  'dependentSchemas',
  'propertyNames',
  'contains',
]

const context = (path: Path): string => {
  const steps = path.map((step) => (typeof step === 'number' ? `'${step}'` : `'${step}'`))
  return steps.length === 1 ? `(${steps[0] ?? ''},)` : `(${steps.join(', ')})`
}

const isObjectSchema = (schema: Readonly<Record<string, unknown>>): boolean =>
  schema['type'] === 'object' || (Array.isArray(schema['type']) && schema['type'].includes('object'))

function openAiFault(schema: Readonly<Record<string, unknown>>, path: Path): string | undefined {
  const at = `In context=${context(path)}, `
  const word = refused.find((name) => schema[name] !== undefined)
  if (word !== undefined) return `${at}'${word}' is not permitted.`
  if (schema['type'] === 'array' && schema['items'] === undefined) return `${at}array schema missing items.`
  if (
    schema['type'] === undefined &&
    schema['anyOf'] === undefined &&
    schema['$ref'] === undefined &&
    schema['enum'] === undefined &&
    schema['const'] === undefined
  )
    return `${at}schema must have a 'type' key.`
  if (!isObjectSchema(schema)) return undefined
  if (schema['additionalProperties'] !== false) return `${at}'additionalProperties' is required to be supplied and to be false.`
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : []
  const properties = Object.keys(isFields(schema['properties']) ? schema['properties'] : {})
  const absent = properties.find((name) => !required.includes(name))
  if (absent !== undefined)
    return `${at}'required' is required to be supplied and to be an array including every key in properties. Missing '${absent}'.`
  const extra = required.find((name) => !properties.includes(String(name)))
  return extra === undefined
    ? undefined
    : `${at}'required' is required to be supplied and to be an array including every key in properties. Extra required key '${shown(extra)}' supplied.`
}

function anthropicFault(schema: Readonly<Record<string, unknown>>): string | undefined {
  if (isObjectSchema(schema) && schema['additionalProperties'] !== false)
    return "For 'object' type, 'additionalProperties' must be explicitly set to false"
  const word = ['minimum', 'maximum', 'multipleOf', 'minLength', 'maxLength', 'maxItems', 'oneOf', 'not', 'if', 'patternProperties'].find(
    (name) => schema[name] !== undefined,
  )
  return word === undefined ? undefined : `For '${shown(schema['type'] ?? 'any')}' type, property '${word}' is not supported`
}

/** What is wrong with a strict schema, in the provider's words, or `undefined`. */
export function strictSchemaFault(schema: unknown, provider: 'openai' | 'anthropic', path: Path = []): string | undefined {
  if (!isFields(schema)) return undefined
  const invalid = path.length === 0 ? invalidSchema(schema) : undefined
  if (invalid !== undefined) return `In context=${context(invalid)}, schema is invalid.`
  const found = provider === 'openai' ? openAiFault(schema, path) : anthropicFault(schema)
  if (found !== undefined) return found
  for (const [step, inner] of innerSchemas(schema)) {
    const fault = strictSchemaFault(inner, provider, [...path, ...step])
    if (fault !== undefined) return fault
  }
  return undefined
}
