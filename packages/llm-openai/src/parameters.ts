/** Makes a tool's schema one that function calling takes: an object, with nothing but properties at its top. */
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '@seamfold/core/kit'

const NOT_AT_TOP = ['anyOf', 'oneOf', 'allOf', 'enum', 'not', '$ref'] as const

/**
 * Alternatives at the top become one object with the properties of all of them, where only what every one of them requires is
 * required. That is looser than what the author said; the arguments are checked against the author's own schema anyway.
 */
export function parametersOf(schema: JsonSchema): JsonSchema {
  if (schema['type'] === 'object' && 'properties' in schema && !NOT_AT_TOP.some((keyword) => keyword in schema)) return schema
  const { properties, required } = partsOf(schema, schema, 0)
  const rest = Object.entries(schema).filter(([keyword]) => !NOT_AT_TOP.some((one) => one === keyword))
  return { ...Object.fromEntries(rest), type: 'object', properties, ...(required.length === 0 ? {} : { required }) }
}

type Parts = { readonly properties: JsonObject; readonly required: readonly string[] }

/** References to references end somewhere, or are cut here. */
const DEEPEST = 8

function partsOf(schema: Json | undefined, root: JsonSchema, depth: number): Parts {
  if (!isJsonObject(schema) || depth > DEEPEST) return { properties: {}, required: [] }
  const inner = (value: Json | undefined): readonly Parts[] =>
    Array.isArray(value) ? value.map((one: Json) => partsOf(one, root, depth + 1)) : []
  const all = [
    own(schema),
    ...inner(schema['allOf']),
    ...(typeof schema['$ref'] === 'string' ? [partsOf(find(schema['$ref'], root), root, depth + 1)] : []),
  ]
  const some = [...inner(schema['anyOf']), ...inner(schema['oneOf'])]
  const [first, ...others] = some
  const shared = first === undefined ? [] : first.required.filter((name) => others.every(({ required }) => required.includes(name)))
  return {
    properties: merged([...all, ...some].map(({ properties }) => properties)),
    required: [...new Set([...all.flatMap(({ required }) => required), ...shared])],
  }
}

function own(schema: JsonObject): Parts {
  const required = Array.isArray(schema['required']) ? schema['required'].filter((name: Json) => typeof name === 'string') : []
  return { properties: isJsonObject(schema['properties']) ? schema['properties'] : {}, required }
}

function merged(list: readonly JsonObject[]): JsonObject {
  const meanings = new Map<string, Json[]>()
  for (const properties of list) {
    for (const [name, meaning] of Object.entries(properties)) {
      const known = meanings.get(name) ?? []
      if (!known.some((one) => JSON.stringify(one) === JSON.stringify(meaning))) meanings.set(name, [...known, meaning])
    }
  }
  return Object.fromEntries([...meanings].map(([name, known]) => [name, known.length === 1 ? (known[0] ?? {}) : { anyOf: known }]))
}

/** A JSON pointer into the schema itself; what lies elsewhere is not looked up. */
function find(reference: string, root: JsonSchema): Json | undefined {
  if (!reference.startsWith('#')) return undefined
  let at: Json | undefined = root
  for (const step of reference.split('/').slice(1)) {
    at = isJsonObject(at) ? at[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')] : undefined
  }
  return at
}
