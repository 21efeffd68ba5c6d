/** JSON Schema (json-schema.org, draft 2020-12) as a function that holds data to it; a broken schema is refused when it is read. */
import { AgentError } from '../base/errors.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from './json.ts'
import { type Check, KEYWORDS, NOTHING, type Place, says, show } from './schema-keywords.ts'

/** What is wrong with a value, each with where. Empty when it follows the schema. */
export type Validate = (value: Json) => readonly string[]

/**
 * Reads a schema. `format` and whatever else is not a keyword of validation describes and is not checked; `unevaluatedProperties`
 * and `unevaluatedItems` are not checked either. References lead to places in the schema itself.
 *
 * Throws `invalid_argument`, naming the place, for a schema that is broken.
 */
export function compileSchema(root: JsonSchema): Validate {
  const compiled = new Map<Json, Check>()
  const compile = (schema: Json | undefined, pointer: string): Check => {
    if (schema === undefined || schema === true) return () => NOTHING
    if (schema === false) return (_, at) => says(at, 'must not be there')
    if (!isJsonObject(schema))
      throw new AgentError('invalid_argument', `The JSON Schema is broken at #${pointer}: ${show(schema)} is no schema`)
    const known = compiled.get(schema)
    if (known !== undefined) return known
    let checks: readonly Check[] = []
    const check: Check = (value, at) => checks.flatMap((each) => each(value, at))
    compiled.set(schema, check) // before its parts, which may lead back here
    const place: Place = { schema, pointer, compile, broken: brokenAt(pointer) }
    checks = Object.entries(schema).flatMap(([keyword, operand]) => {
      if (keyword === '$ref' || keyword === '$dynamicRef') return [compile(...target(root, operand, place.broken))]
      return Object.hasOwn(KEYWORDS, keyword) ? [KEYWORDS[keyword]?.(operand, place) ?? (() => NOTHING)] : []
    })
    return check
  }
  const check = compile(root, '')
  return (value) => {
    try {
      return check(value, '')
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return says('', 'nests too deeply to be checked, or the schema leads back to itself')
    }
  }
}

const brokenAt =
  (pointer: string): Place['broken'] =>
  (keyword, what) =>
    new AgentError('invalid_argument', `The JSON Schema is broken at #${pointer}/${keyword}: ${what}`)

/** Where a reference leads. */
function target(root: JsonSchema, reference: Json, broken: Place['broken']): readonly [Json, string] {
  const text = typeof reference === 'string' ? reference : ''
  const id = typeof root.$id === 'string' ? root.$id.replace(/#$/, '') : undefined
  const local = id !== undefined && text.startsWith(id) ? text.slice(id.length) : text
  const pointer = local.replace(/^#/, '')
  const found = text === '' ? undefined : /^(\/|$)/.test(pointer) ? follow(root, pointer) : anchored(root, pointer)
  if (found === undefined) throw broken('$ref', `${show(reference)} leads nowhere in this schema`)
  return [found, pointer]
}

/** What stands at a JSON pointer. */
export const follow = (root: Json, pointer: string): Json | undefined =>
  pointer
    .split('/')
    .slice(1)
    .map((part) =>
      part
        .replace(/(%[\da-f]{2})+/gi, decodeURIComponent)
        .replaceAll('~1', '/')
        .replaceAll('~0', '~'),
    )
    .reduce<Json | undefined>(
      (place, key) => (typeof place === 'object' && place !== null && Object.hasOwn(place, key) ? (place as JsonObject)[key] : undefined),
      root,
    )

/** The subschema with this `$anchor`. */
function anchored(schema: Json | undefined, name: string): Json | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined
  if (isJsonObject(schema) && (schema.$anchor === name || schema.$dynamicAnchor === name)) return schema
  for (const part of Object.values(schema)) {
    const found = anchored(part, name)
    if (found !== undefined) return found
  }
  return undefined
}
