/** Nulls that stand for left-out properties go; nulls that say something stay. */
import { describe, expect, test } from 'vitest'
import type { Json, JsonSchema } from '../../src/model/json.ts'
import { withoutOptionalNulls } from '../../src/model/optional-nulls.ts'
import { jsonSchema } from '../../src/model/schema.ts'

const text = { type: 'string' } as const
const object = (properties: JsonSchema, required: readonly string[] = []): JsonSchema => ({ type: 'object', properties, required })

describe('a null', () => {
  test.each<[string, JsonSchema, Json, Json]>([
    ['in an optional property goes', object({ a: text, b: text }, ['a']), { a: 'x', b: null }, { a: 'x' }],
    ['in a required property stays', object({ a: { type: ['string', 'null'] } }, ['a']), { a: null }, { a: null }],
    [
      'that is allowed stays',
      object({ a: { type: ['string', 'null'] }, b: { anyOf: [text, { type: 'null' }] }, c: {} }),
      { a: null, b: null, c: null },
      { a: null, b: null, c: null },
    ],
    [
      'deep inside goes',
      object({ a: { type: 'array', items: object({ b: text, c: { enum: ['x'] } }) } }),
      { a: [{ b: null }, { c: null, b: 'y' }] },
      { a: [{}, { b: 'y' }] },
    ],
    [
      'behind a reference goes',
      { ...object({ a: { $ref: '#/$defs/x' } }), $defs: { x: object({ b: text }) } },
      { a: { b: null } },
      { a: {} },
    ],
    ['in an alternative goes', object({ a: { oneOf: [object({ b: text }), { type: 'null' }] } }), { a: { b: null } }, { a: {} }],
    ['that the schema does not know stays', object({ a: text }), { z: null }, { z: null }],
  ])('%s', async (...[, schema, value, expected]) => {
    expect(withoutOptionalNulls(value, schema)).toEqual(expected)
    expect(await jsonSchema(schema).parse(expected)).toMatchObject({ ok: true })
  })
})

test('a value that is no object is the same', () => {
  expect(withoutOptionalNulls(null, { type: 'null' })).toBeNull()
  expect(withoutOptionalNulls('x', text)).toBe('x')
})
