/** The keywords of JSON Schema (json-schema.org, draft 2020-12): each turns its operand into a check, and refuses a broken one. */
import type { AgentError } from '../base/errors.ts'
import { canonicalJson, isJsonObject, type Json, type JsonObject } from './json.ts'

/** What is wrong with a value, each with where. Empty when nothing is. */
export type Check = (value: Json, at: string) => readonly string[]

/** What a keyword needs to know of the schema that it stands in. */
export type Place = {
  readonly schema: JsonObject
  /** Where in the document, as a JSON pointer. */
  readonly pointer: string
  compile(schema: Json | undefined, pointer: string): Check
  broken(keyword: string, what: string): AgentError
}

export type Keyword = (operand: Json, place: Place) => Check

export const NOTHING: readonly string[] = []

export const says = (at: string, problem: string): readonly string[] => [`${at || 'input'}: ${problem}`]

const under = (at: string, key: string | number): string => (at === '' ? `${key}` : `${at}.${key}`)

export const show = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** What a value is when it is of the wrong type: short, since it may be large. */
const kindOf = (value: Json): string => (value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`)

const TYPES: Readonly<Record<string, (value: Json) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  string: (value) => typeof value === 'string',
  array: (value) => Array.isArray(value),
  object: isJsonObject,
}

const type: Keyword = (operand, { broken }) => {
  const names = Array.isArray(operand) ? operand : [operand]
  const tests = names.map((name: Json) => {
    const test = typeof name === 'string' && Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
    if (test === undefined) throw broken('type', `${show(name)} is no type; types are ${Object.keys(TYPES).join(', ')}`)
    return test
  })
  return (value, at) => (tests.some((test) => test(value)) ? NOTHING : says(at, `must be ${names.join(' or ')}, is ${kindOf(value)}`))
}

const enumeration: Keyword = (operand, { broken }) => {
  if (!Array.isArray(operand)) throw broken('enum', 'must be an array')
  const allowed = new Set(operand.map(canonicalJson))
  return (value, at) => (allowed.has(canonicalJson(value)) ? NOTHING : says(at, `must be one of ${operand.map(show).join(', ')}`))
}

const constant: Keyword = (operand) => {
  const allowed = canonicalJson(operand)
  return (value, at) => (canonicalJson(value) === allowed ? NOTHING : says(at, `must be ${show(operand)}`))
}

type Measure = (value: Json) => number | undefined
type Limit = readonly [keyword: string, measure: Measure, words: string, holds: (size: number, bound: number) => boolean]

/** A keyword that limits a number taken from the value; `undefined` where it does not apply. */
const limit = ([keyword, measure, words, holds]: Limit): readonly [string, Keyword] => [
  keyword,
  (operand, { broken }) => {
    if (typeof operand !== 'number') throw broken(keyword, 'must be a number')
    return (value, at) => {
      const size = measure(value)
      return size === undefined || holds(size, operand) ? NOTHING : says(at, `${words} ${operand}, is ${size}`)
    }
  },
]

const itself: Measure = (value) => (typeof value === 'number' ? value : undefined)

/** What has a least and a most, by the end of their keywords. */
const MEASURES: readonly (readonly [ending: string, measure: Measure, its: string])[] = [
  ['imum', itself, ''],
  // In characters as people count them, not in halves of surrogate pairs.
  ['Length', (value) => (typeof value === 'string' ? [...value].length : undefined), 'its length '],
  ['Items', (value) => (Array.isArray(value) ? value.length : undefined), 'its length '],
  ['Properties', (value) => (isJsonObject(value) ? Object.keys(value).length : undefined), 'its number of properties '],
]

const LIMITS: readonly Limit[] = [
  ...MEASURES.flatMap(([ending, measure, its]): readonly Limit[] => [
    [`min${ending}`, measure, `${its}must be at least`, (size, bound) => size >= bound],
    [`max${ending}`, measure, `${its}must be at most`, (size, bound) => size <= bound],
  ]),
  ['exclusiveMinimum', itself, 'must be more than', (size, bound) => size > bound],
  ['exclusiveMaximum', itself, 'must be less than', (size, bound) => size < bound],
  ['multipleOf', itself, 'must be a multiple of', isMultiple],
]

/** 0.3 is a multiple of 0.1, whatever binary fractions make of it. */
function isMultiple(size: number, bound: number): boolean {
  const times = size / bound
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times))
}

/** Unicode where the pattern allows it: JSON Schema recommends that, and some patterns in use are only valid without. */
function expression(source: string, broken: Place['broken']): RegExp {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(source, flags)
    } catch {
      continue // the other way may do
    }
  }
  throw broken('pattern', `${show(source)} is no regular expression`)
}

const pattern: Keyword = (operand, { broken }) => {
  if (typeof operand !== 'string') throw broken('pattern', 'must be a string')
  const wanted = expression(operand, broken)
  return (value, at) => (typeof value !== 'string' || wanted.test(value) ? NOTHING : says(at, `must match ${show(operand)}`))
}

const required: Keyword = (operand, { broken }) => {
  if (!Array.isArray(operand) || operand.some((name: Json) => typeof name !== 'string'))
    throw broken('required', 'must be an array of names')
  return (value, at) =>
    isJsonObject(value)
      ? operand.flatMap((name: string) => (Object.hasOwn(value, name) ? NOTHING : says(under(at, name), 'is missing')))
      : NOTHING
}

/** Schemas by name, compiled. */
function named(keyword: string, operand: Json, { compile, pointer, broken }: Place): readonly (readonly [string, Check])[] {
  if (!isJsonObject(operand)) throw broken(keyword, 'must be an object of schemas')
  return Object.entries(operand).map(([name, schema]) => [name, compile(schema, `${pointer}/${keyword}/${name}`)])
}

const properties: Keyword = (operand, place) => {
  const checks = named('properties', operand, place)
  return (value, at) =>
    isJsonObject(value)
      ? checks.flatMap(([name, check]) => (Object.hasOwn(value, name) ? check(value[name] ?? null, under(at, name)) : NOTHING))
      : NOTHING
}

const patternProperties: Keyword = (operand, place) => {
  const checks = named('patternProperties', operand, place).map(([source, check]) => [expression(source, place.broken), check] as const)
  return (value, at) =>
    isJsonObject(value)
      ? Object.entries(value).flatMap(([name, item]) =>
          checks.flatMap(([wanted, check]) => (wanted.test(name) ? check(item, under(at, name)) : NOTHING)),
        )
      : NOTHING
}

/** For every property that neither `properties` nor `patternProperties` speaks of. */
const additionalProperties: Keyword = (operand, { schema, pointer, compile, broken }) => {
  const check = compile(operand, `${pointer}/additionalProperties`)
  const known = new Set(Object.keys(isJsonObject(schema.properties) ? schema.properties : {}))
  const patterns = Object.keys(isJsonObject(schema.patternProperties) ? schema.patternProperties : {}).map((each) =>
    expression(each, broken),
  )
  return (value, at) => {
    if (!isJsonObject(value)) return NOTHING
    const rest = Object.keys(value).filter((name) => !known.has(name) && !patterns.some((each) => each.test(name)))
    if (operand === false) return rest.flatMap((name) => says(under(at, name), 'is not a property that there is'))
    return rest.flatMap((name) => check(value[name] ?? null, under(at, name)))
  }
}

const propertyNames: Keyword = (operand, { pointer, compile }) => {
  const check = compile(operand, `${pointer}/propertyNames`)
  return (value, at) => (isJsonObject(value) ? Object.keys(value).flatMap((name) => check(name, under(at, name))) : NOTHING)
}

const dependentRequired: Keyword = (operand, place) => {
  if (!isJsonObject(operand)) throw place.broken('dependentRequired', 'must be an object of arrays of names')
  const checks = Object.entries(operand).map(([name, names]) => [name, required(names, place)] as const)
  return (value, at) => checks.flatMap(([name, check]) => (isJsonObject(value) && Object.hasOwn(value, name) ? check(value, at) : NOTHING))
}

const dependentSchemas: Keyword = (operand, place) => {
  const checks = named('dependentSchemas', operand, place)
  return (value, at) => checks.flatMap(([name, check]) => (isJsonObject(value) && Object.hasOwn(value, name) ? check(value, at) : NOTHING))
}

/** Schemas in a row, compiled. */
function listed(keyword: string, operand: Json, { compile, pointer, broken }: Place): readonly Check[] {
  if (!Array.isArray(operand)) throw broken(keyword, 'must be an array of schemas')
  return operand.map((schema: Json, index) => compile(schema, `${pointer}/${keyword}/${index}`))
}

const prefixItems: Keyword = (operand, place) => {
  const checks = listed('prefixItems', operand, place)
  return (value, at) =>
    Array.isArray(value)
      ? checks.flatMap((check, index) => (index < value.length ? check(value[index] as Json, under(at, index)) : NOTHING))
      : NOTHING
}

/** Those behind `prefixItems`. A list of schemas is how earlier drafts wrote `prefixItems`. */
const itemsKeyword: Keyword = (operand, place) => {
  if (Array.isArray(operand)) return prefixItems(operand, place)
  const { schema, compile, pointer } = place
  const check = compile(operand, `${pointer}/items`)
  const first = Array.isArray(schema.prefixItems) ? schema.prefixItems.length : 0
  return (value, at) =>
    Array.isArray(value) ? value.slice(first).flatMap((item: Json, index) => check(item, under(at, first + index))) : NOTHING
}

const uniqueItems: Keyword = (operand) => (value, at) =>
  operand === true && Array.isArray(value) && new Set(value.map(canonicalJson)).size < value.length
    ? says(at, 'must not hold the same item twice')
    : NOTHING

const contains: Keyword = (operand, { schema, compile, pointer }) => {
  const check = compile(operand, `${pointer}/contains`)
  const { minContains: least = 1, maxContains: most = Infinity } = schema
  return (value, at) => {
    if (!Array.isArray(value)) return NOTHING
    const count = value.filter((item: Json) => check(item, at).length === 0).length
    return count >= Number(least) && count <= Number(most) ? NOTHING : says(at, `holds ${count} of the items that it must contain`)
  }
}

const allOf: Keyword = (operand, place) => {
  const checks = listed('allOf', operand, place)
  return (value, at) => checks.flatMap((check) => check(value, at))
}

const anyOf: Keyword = (operand, place) => {
  const checks = listed('anyOf', operand, place)
  return (value, at) => {
    const found = checks.map((check) => check(value, at))
    return found.some((problems) => problems.length === 0) ? NOTHING : [...says(at, 'fits none of what it may be'), ...closest(found)]
  }
}

const oneOf: Keyword = (operand, place) => {
  const checks = listed('oneOf', operand, place)
  return (value, at) => {
    const found = checks.map((check) => check(value, at))
    const fitting = found.filter((problems) => problems.length === 0).length
    if (fitting === 1) return NOTHING
    return fitting === 0
      ? [...says(at, 'fits none of what it may be'), ...closest(found)]
      : says(at, `must fit one of what it may be, fits ${fitting}`)
  }
}

/** What the alternative that comes nearest has to object to. */
const closest = (found: readonly (readonly string[])[]): readonly string[] => found.toSorted((a, b) => a.length - b.length)[0] ?? NOTHING

const not: Keyword = (operand, { compile, pointer }) => {
  const check = compile(operand, `${pointer}/not`)
  return (value, at) => (check(value, at).length > 0 ? NOTHING : says(at, 'is what it must not be'))
}

const conditional: Keyword = (operand, { schema, compile, pointer }) => {
  const [condition, then, otherwise] = [
    compile(operand, `${pointer}/if`),
    compile(schema.then, `${pointer}/then`),
    compile(schema.else, `${pointer}/else`),
  ]
  return (value, at) => (condition(value, at).length === 0 ? then(value, at) : otherwise(value, at))
}

/** All that are checked, by name. */
export const KEYWORDS: Readonly<Record<string, Keyword>> = {
  type,
  enum: enumeration,
  const: constant,
  ...Object.fromEntries(LIMITS.map(limit)),
  pattern,
  required,
  properties,
  patternProperties,
  additionalProperties,
  propertyNames,
  dependentRequired,
  dependentSchemas,
  prefixItems,
  items: itemsKeyword,
  uniqueItems,
  contains,
  allOf,
  anyOf,
  oneOf,
  not,
  if: conditional,
}
