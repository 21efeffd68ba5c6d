/** Finds JSON Schemas that are none, or that no value can meet, as far as a look at their keywords tells. */
import { toMessage } from '../base/errors.ts'
import { compileSchema, follow } from './json-schema.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from './json.ts'
import { jsonSchema } from './schema.ts'

/** Pairs of a lower and an upper bound. */
const BOUNDS = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minProperties', 'maxProperties'],
] as const

/** Parts of a schema that are looked at, at most: what is larger is taken to be fine. */
const MOST = 10_000

/** What is wrong with the schema of an answer, before anybody is asked for one. */
export function schemaProblem(schema: JsonSchema): string | undefined {
  try {
    jsonSchema(schema)
    const why = unmeetable(schema)
    return why === undefined ? undefined : `nothing can meet its output schema: ${why}`
  } catch (error) {
    return `its output schema is broken: ${error instanceof RangeError ? 'it nests too deeply' : toMessage(error)}`
  }
}

/** Why nothing can meet it, with the place as a JSON pointer; undefined when nothing speaks against it. */
export const unmeetable = (schema: Json): string | undefined => new Look(schema).at(schema, '#')

/** Looks for a reason why nothing can meet a schema. */
class Look {
  readonly #root: Json
  /** A value that has to hold itself would never end. */
  readonly #within = new Set<Json>()
  readonly #fine = new Set<Json>()
  #left = MOST

  constructor(root: Json) {
    this.#root = root
  }

  at(schema: Json, place: string): string | undefined {
    if (schema === false) return `${place} allows nothing`
    if (!isJsonObject(schema) || this.#fine.has(schema) || this.#left-- <= 0) return undefined
    if (this.#within.has(schema)) return `${place} leads back to itself, without an end`
    this.#within.add(schema)
    const why =
      boundsOf(schema, place) ??
      valuesOf(schema, place) ??
      kindsOf(schema, place) ??
      this.#choices(schema, place) ??
      this.#required(schema, place) ??
      this.#parts(schema, place)
    this.#within.delete(schema)
    if (why === undefined) this.#fine.add(schema)
    return why
  }

  #choices(schema: JsonObject, place: string): string | undefined {
    for (const keyword of ['anyOf', 'oneOf'] as const) {
      const choices = schema[keyword]
      if (!Array.isArray(choices)) continue
      const reasons = choices.map((choice: Json, index) => this.at(choice, `${place}/${keyword}/${index}`))
      if (reasons.every((reason) => reason !== undefined)) return reasons[0] ?? `${place}/${keyword} is empty`
    }
    return undefined
  }

  /** What has to be there must be allowed to be there. */
  #required(schema: JsonObject, place: string): string | undefined {
    const { required, properties, additionalProperties, patternProperties } = schema
    if (!Array.isArray(required) || !isOnly(schema, 'object')) return undefined
    const known = isJsonObject(properties) ? properties : {}
    for (const name of required) {
      if (typeof name !== 'string') continue
      const part = Object.hasOwn(known, name) ? known[name] : undefined
      if (part === undefined && additionalProperties === false && patternProperties === undefined)
        return `${place} requires '${name}', which additionalProperties does not allow`
      const why = part === undefined ? undefined : this.at(part, `${place}/properties/${name}`)
      if (why !== undefined) return why
    }
    return undefined
  }

  #parts(schema: JsonObject, place: string): string | undefined {
    const { allOf, not, $ref, minItems, items } = schema
    if (not === true || (isJsonObject(not) && Object.keys(not).length === 0)) return `${place} excludes everything with not`
    const parts: (readonly [Json, string])[] = Array.isArray(allOf)
      ? allOf.map((part: Json, index) => [part, `${place}/allOf/${index}`])
      : []
    if (typeof $ref === 'string' && /^#(\/|$)/.test($ref)) parts.push([follow(this.#root, $ref.slice(1)) ?? true, `${place}/$ref`])
    if (typeof minItems === 'number' && minItems > 0 && items !== undefined && isOnly(schema, 'array'))
      parts.push([items, `${place}/items`])
    for (const [part, where] of parts) {
      const why = this.at(part, where)
      if (why !== undefined) return why
    }
    return undefined
  }
}

/** Keywords of one kind of value say nothing about others that are named beside it. */
const isOnly = ({ type }: JsonObject, kind: string): boolean => type === undefined || type === kind

function boundsOf(schema: JsonObject, place: string): string | undefined {
  for (const [least, most] of BOUNDS) {
    const [low, high] = [schema[least], schema[most]]
    if (typeof low === 'number' && typeof high === 'number' && low > high) return `${place} asks for ${least} ${low} and ${most} ${high}`
  }
  return undefined
}

/** Values that are named must be such as the rest allows. */
function valuesOf(schema: JsonObject, place: string): string | undefined {
  const { enum: values = 'const' in schema ? [schema.const ?? null] : undefined } = schema
  if (Array.isArray(schema.type) && schema.type.length === 0) return `${place} has an empty list of types`
  if (!Array.isArray(values)) return undefined
  if (values.length === 0) return `${place} has an empty enum`
  const { $ref: _, $dynamicRef: __, ...own } = schema
  if (JSON.stringify(own).includes('"$ref"')) return undefined // what that leads to is not known here
  const holds = compileSchema(own)
  return values.some((value: Json) => holds(value).length === 0) ? undefined : `${place} allows none of the values that it names`
}

/** What is asked for at once must be of one kind. */
function kindsOf(schema: JsonObject, place: string): string | undefined {
  const { allOf } = schema
  if (!Array.isArray(allOf)) return undefined
  const all = [schema, ...allOf.filter(isJsonObject)].flatMap(({ type }) => {
    const names = [type].flat().filter((name) => typeof name === 'string')
    return names.length === 0 ? [] : [names]
  })
  const [first = [], ...others] = all.map((names) => (names.includes('number') ? [...names, 'integer'] : names))
  if (first.length === 0 || first.some((name) => others.every((each) => each.includes(name)))) return undefined
  return `${place} asks for ${all.map((names) => names.join(' or ')).join(' and ')} at once`
}
