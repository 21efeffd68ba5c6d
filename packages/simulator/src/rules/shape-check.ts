/** Finds the first place where a value differs from its shape. */
import { isFields, shown } from '../base/json.ts'
import type { Problem, Shape, Step } from './shape.ts'

type At = { readonly value: unknown; readonly path: readonly Step[] }

const words: Readonly<Record<Shape['is'], string>> = {
  string: 'string',
  number: 'decimal',
  integer: 'integer',
  boolean: 'boolean',
  record: 'object',
  anything: 'anything',
  choice: 'string',
  list: 'array',
  object: 'object',
  tagged: 'object',
  either: 'anything',
}

const fits = (value: unknown, shape: Shape): boolean => {
  switch (shape.is) {
    case 'string':
    case 'choice':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'integer':
      return Number.isInteger(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'list':
      return Array.isArray(value)
    case 'record':
    case 'object':
    case 'tagged':
      return isFields(value)
    case 'either':
      return shape.choices.some((candidate) => fits(value, candidate))
    case 'anything':
      return true
  }
}

const expectedOf = (shape: Shape): string =>
  shape.is === 'either' ? shape.choices.map((candidate) => words[candidate.is]).join(' or ') : words[shape.is]

const problem = (kind: Problem['kind'], at: At, rest: Partial<Problem> = {}): Problem => ({
  kind,
  path: at.path,
  expected: '',
  allowed: [],
  actual: at.value,
  ...rest,
})

function firstOf<Item>(items: Iterable<Item>, look: (item: Item) => Problem | undefined): Problem | undefined {
  for (const item of items) {
    const found = look(item)
    if (found !== undefined) return found
  }
  return undefined
}

function checkObject(at: At, shape: Extract<Shape, { is: 'object' }>): Problem | undefined {
  const fields = isFields(at.value) ? at.value : {}
  const missing = shape.required.find((name) => fields[name] === undefined)
  if (missing !== undefined) return problem('missing', { value: undefined, path: [...at.path, missing] })
  return firstOf(Object.entries(fields), ([name, value]) => {
    const inner = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined
    const place = { value, path: [...at.path, name] }
    return inner === undefined ? problem('extra', place) : check(place, inner)
  })
}

function checkTagged(at: At, shape: Extract<Shape, { is: 'tagged' }>): Problem | undefined {
  const tag = (isFields(at.value) ? at.value[shape.tag] : undefined) ?? shape.fallback
  const place = { value: tag, path: [...at.path, shape.tag] }
  if (tag === undefined) return problem('missing', place)
  const variant = typeof tag === 'string' && Object.hasOwn(shape.variants, tag) ? shape.variants[tag] : undefined
  if (variant === undefined) return problem('tag', place, { expected: shape.tag, allowed: Object.keys(shape.variants) })
  return check({ value: at.value, path: [...at.path, { variant: shown(tag) }] }, variant)
}

function check(at: At, shape: Shape): Problem | undefined {
  if (at.value === null && shape.nullable === true) return undefined
  if (!fits(at.value, shape)) return problem('type', at, { expected: expectedOf(shape) })
  switch (shape.is) {
    case 'choice':
      return shape.values.includes(String(at.value)) ? undefined : problem('value', at, { allowed: shape.values })
    case 'list':
      return firstOf(Array.isArray(at.value) ? at.value.entries() : [], ([index, value]) =>
        check({ value, path: [...at.path, index] }, shape.of),
      )
    case 'object':
      return checkObject(at, shape)
    case 'tagged':
      return checkTagged(at, shape)
    case 'either':
      return firstOf(shape.choices.filter((candidate) => fits(at.value, candidate)).slice(0, 1), (candidate) => check(at, candidate))
    default:
      return undefined
  }
}

/** The first difference, in reading order, or `undefined`. */
export const checkShape = (value: unknown, shape: Shape): Problem | undefined => check({ value, path: [] }, shape)
