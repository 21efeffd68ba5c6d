/** Finds JSON Schemas that are none, or that no value can meet, as far as a look at their keywords tells. */
import { toMessage } from '../base/errors.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from './json.ts'
import { jsonSchema } from './schema.ts'

/** Pairs of a lower and an upper bound. */
const BOUNDS = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minProperties', 'maxProperties'],
] as const

/** What is wrong with the schema of an answer, before anybody is asked for one. */
export function schemaProblem(schema: JsonSchema): string | undefined {
  try {
    jsonSchema(schema)
  } catch (error) {
    return `its output schema is broken: ${toMessage(error)}`
  }
  const why = unmeetable(schema)
  return why === undefined ? undefined : `nothing can meet its output schema: ${why}`
}

/** Why nothing can meet it, with the place as a JSON pointer; undefined when nothing speaks against it. */
export function unmeetable(schema: Json, at = '#'): string | undefined {
  if (schema === false) return `${at} allows nothing`
  if (!isJsonObject(schema)) return undefined
  return boundsOf(schema, at) ?? typesOf(schema, at) ?? choicesOf(schema, at) ?? requiredOf(schema, at) ?? partsOf(schema, at)
}

/** What is excluded, and what has to be of several types at once. */
function typesOf({ not, type, allOf, enum: values, const: only }: JsonObject, at: string): string | undefined {
  if (not === true || (isJsonObject(not) && Object.keys(not).length === 0)) return `${at} excludes everything with not`
  const parts = Array.isArray(allOf) ? allOf.filter(isJsonObject).map((part) => part.type) : []
  const wanted = [type, ...parts].filter((each) => each !== undefined).map((each) => (Array.isArray(each) ? each : [each]))
  const known = TYPES.filter((name) => wanted.every((each) => each.includes(name) || (name === 'integer' && each.includes('number'))))
  if (wanted.length > 1 && known.length === 0) return `${at} asks for ${wanted.map((each) => each.join(' or ')).join(' and ')} at once`
  const given = only === undefined ? values : [only]
  if (type === undefined || !Array.isArray(given) || given.length === 0) return undefined
  if (given.some((value) => known.includes(typeOf(value)))) return undefined
  return `${at} asks for ${wanted[0]?.join(' or ')}, and none of its values is one`
}

const TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const

function typeOf(value: Json): (typeof TYPES)[number] {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value as 'boolean' | 'string' | 'object'
}

function boundsOf(schema: JsonObject, at: string): string | undefined {
  for (const [least, most] of BOUNDS) {
    const [low, high] = [schema[least], schema[most]]
    if (typeof low === 'number' && typeof high === 'number' && low > high) return `${at} asks for ${least} ${low} and ${most} ${high}`
  }
  return undefined
}

function choicesOf(schema: JsonObject, at: string): string | undefined {
  if (Array.isArray(schema.enum) && schema.enum.length === 0) return `${at} has an empty enum`
  if (Array.isArray(schema.type) && schema.type.length === 0) return `${at} has an empty list of types`
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const choices = schema[keyword]
    if (!Array.isArray(choices)) continue
    const reasons = choices.map((choice: Json, index) => unmeetable(choice, `${at}/${keyword}/${index}`))
    if (reasons.every((reason) => reason !== undefined)) return reasons[0] ?? `${at}/${keyword} is empty`
  }
  return undefined
}

/** What has to be there must be allowed to be there. */
function requiredOf(schema: JsonObject, at: string): string | undefined {
  const { required, properties, additionalProperties, patternProperties } = schema
  if (!Array.isArray(required)) return undefined
  const known = isJsonObject(properties) ? properties : {}
  for (const name of required) {
    if (typeof name !== 'string') continue
    const part = known[name]
    if (part === undefined && additionalProperties === false && patternProperties === undefined)
      return `${at} requires '${name}', which additionalProperties does not allow`
    if (at === '#' && isJsonObject(part) && part.$ref === '#') return `# requires '${name}', which is all of it again, without end`
    const why = part === undefined ? undefined : unmeetable(part, `${at}/properties/${name}`)
    if (why !== undefined) return why
  }
  return undefined
}

function partsOf(schema: JsonObject, at: string): string | undefined {
  if (Array.isArray(schema.allOf)) {
    for (const [index, part] of schema.allOf.entries()) {
      const why = unmeetable(part as Json, `${at}/allOf/${index}`)
      if (why !== undefined) return why
    }
  }
  const { minItems, items } = schema
  return typeof minItems === 'number' && minItems > 0 && items !== undefined ? unmeetable(items, `${at}/items`) : undefined
}
