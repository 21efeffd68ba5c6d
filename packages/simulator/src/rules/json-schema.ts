/** Tells whether a value is a JSON Schema at all, as far as the providers look. */
import { isFields } from '../base/json.ts'

const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'])
const maps = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'] as const
const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const
const single = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'] as const

type Path = readonly (string | number)[]

/** The schemas directly inside a schema, each with its path. */
export function innerSchemas(schema: Readonly<Record<string, unknown>>): readonly (readonly [Path, unknown])[] {
  return [
    ...maps.flatMap((word) => {
      const value = schema[word]
      return isFields(value) ? Object.entries(value).map(([name, inner]) => [[word, name], inner] as const) : []
    }),
    ...lists.flatMap((word) => {
      const value = schema[word]
      return Array.isArray(value) ? value.map((inner: unknown, index) => [[word, index], inner] as const) : []
    }),
    ...single.flatMap((word) => (schema[word] === undefined ? [] : [[[word], schema[word]] as const])),
  ]
}

/** Path of the first place that is not a schema, or `undefined`. */
export function invalidSchema(schema: unknown, path: Path = []): Path | undefined {
  if (typeof schema === 'boolean') return undefined
  if (!isFields(schema)) return path
  const named = Array.isArray(schema['type']) ? schema['type'] : schema['type'] === undefined ? [] : [schema['type']]
  if (named.some((type) => !types.has(String(type)))) return [...path, 'type']
  const { required, enum: values } = schema
  if (required !== undefined && !(Array.isArray(required) && required.every((name) => typeof name === 'string')))
    return [...path, 'required']
  if (values !== undefined && !Array.isArray(values)) return [...path, 'enum']
  const badMap = maps.find((word) => schema[word] !== undefined && !isFields(schema[word]))
  const badList = lists.find((word) => schema[word] !== undefined && !(Array.isArray(schema[word]) && schema[word].length > 0))
  if (badMap !== undefined || badList !== undefined) return [...path, badMap ?? badList ?? '']
  for (const [step, inner] of innerSchemas(schema)) {
    const found = invalidSchema(inner, [...path, ...step])
    if (found !== undefined) return found
  }
  return undefined
}
