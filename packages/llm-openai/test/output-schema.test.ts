/** How schemas are brought into the strict subset of Structured Outputs. */
import type { JsonSchema } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { outputSchema } from '../src/output-schema.ts'

const shaped = (schema: JsonSchema): ReturnType<typeof outputSchema> => outputSchema({ name: 'answer', schema })
const object = (properties: JsonSchema, required = Object.keys(properties)): JsonSchema => ({ type: 'object', properties, required })
const closed = (properties: JsonSchema): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

describe('a schema that the subset can say is enforced', () => {
  test.each<[string, JsonSchema, JsonSchema]>([
    ['objects are closed', object({ a: { type: 'string' } }), closed({ a: { type: 'string' } })],
    [
      'what is optional is required and may be null',
      object({ a: { type: 'string' }, b: { type: 'integer' } }, ['a']),
      closed({ a: { type: 'string' }, b: { type: ['integer', 'null'] } }),
    ],
    [
      'an optional choice may be null',
      object({ a: { type: 'string', enum: ['x'] } }, []),
      closed({ a: { type: ['string', 'null'], enum: ['x', null] } }),
    ],
    ['an optional constant may be null', object({ a: { const: 1 } }, []), closed({ a: { anyOf: [{ const: 1 }, { type: 'null' }] } })],
    [
      'an optional alternative may be null',
      object({ a: { anyOf: [{ type: 'string' }] } }, []),
      closed({ a: { anyOf: [{ type: 'string' }, { type: 'null' }] } }),
    ],
    ['what may be null already stays', object({ a: { type: ['string', 'null'] } }, []), closed({ a: { type: ['string', 'null'] } })],
    [
      'lists and what is in them',
      object({ a: { type: 'array', items: object({ b: { type: 'string' } }), maxItems: 3 } }),
      closed({ a: { type: 'array', items: closed({ b: { type: 'string' } }), maxItems: 3 } }),
    ],
    [
      'oneOf is anyOf',
      object({ a: { oneOf: [{ type: 'string' }, { type: 'null' }] } }),
      closed({ a: { anyOf: [{ type: 'string' }, { type: 'null' }] } }),
    ],
    [
      'references stand alone',
      { ...object({ a: { $ref: '#/$defs/x', description: 'An x' } }), $defs: { x: object({ b: { type: 'string' } }) } },
      { ...closed({ a: { $ref: '#/$defs/x' } }), $defs: { x: closed({ b: { type: 'string' } }) } },
    ],
    [
      'keywords that the subset lacks go',
      object({ a: { type: 'string', minLength: 1, default: 'x', title: 'A', format: 'uri', pattern: '^a' } }),
      closed({ a: { type: 'string', pattern: '^a' } }),
    ],
  ])('%s', (_, schema, expected) => {
    expect(shaped(schema)).toEqual({ name: 'answer', strict: true, schema: expected })
  })
})

describe('a schema that the subset cannot say goes as it is, unenforced', () => {
  test.each<[string, JsonSchema]>([
    ['an object with any properties', { type: 'object' }],
    ['further properties', { ...object({ a: { type: 'string' } }), additionalProperties: { type: 'string' } }],
    ['anything', object({ a: {} })],
    ['allOf', object({ a: { allOf: [{ type: 'string' }] } })],
    ['a list of anything', object({ a: { type: 'array' } })],
    ['a tuple', object({ a: { type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'string' } } })],
    ['a schema elsewhere', object({ a: { $ref: 'https://example.com/a.json' } })],
    ['a root that is not an object', { type: 'array', items: { type: 'string' } }],
    ['too deep a nesting', Array.from({ length: 12 }).reduce<JsonSchema>((inner) => object({ a: inner }), { type: 'string' })],
  ])('%s', (_, schema) => {
    expect(shaped(schema)).toEqual({ name: 'answer', strict: false, schema })
  })
})

test('a name that the provider would refuse is made to fit', () => {
  expect(outputSchema({ name: 'my answer/é', schema: object({}) }).name).toBe('my_answer__')
  expect(outputSchema({ name: '', schema: object({}) }).name).toBe('output')
})
