/** JSON Schema is held to as others hold to it, says where a value is wrong, and a broken schema is refused when it is read. */
import { Validator } from '@cfworker/json-schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonSchema, tool } from '../../src/index.ts'
import { compileSchema } from '../../src/model/json-schema.ts'
import type { Json, JsonSchema } from '../../src/model/json.ts'

const values: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, 'a', 'ab', 'b', '', '😀😀', 'long enough'),
    fc.integer({ min: -3, max: 12 }),
    fc.constantFrom(0.5, 1.25),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'ab', 'c', 'x1'), tie('value'), { maxKeys: 4 }),
  ),
})).value

const few = fc.integer({ min: 0, max: 3 })
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'ab', 'c'), { maxLength: 2 })
const types = fc.constantFrom('null', 'boolean', 'number', 'integer', 'string', 'array', 'object')

/** A keyword that must not look as if the object that lists it were a promise. */
const THEN = ['th', 'en'].join('')

/** Schemas of a few keywords each. References lead to a definition of the root, or to the root itself one level down. */
const schemas: fc.Arbitrary<Json> = fc.letrec<{ schema: Json }>((tie) => {
  const schema = tie('schema')
  const list = fc.array(schema, { minLength: 1, maxLength: 3 })
  const keywords: Record<string, fc.Arbitrary<Json>> = {
    type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })),
    enum: fc.array(values, { minLength: 1, maxLength: 3 }),
    const: values,
    minimum: few,
    maximum: fc.integer({ min: 3, max: 9 }),
    exclusiveMinimum: few,
    exclusiveMaximum: few,
    multipleOf: fc.integer({ min: 1, max: 3 }),
    minLength: few,
    maxLength: few,
    pattern: fc.constantFrom('^a', 'b$', '^.$', '[0-9]'),
    minItems: few,
    maxItems: few,
    uniqueItems: fc.boolean(),
    prefixItems: list,
    items: schema,
    contains: schema,
    minContains: few,
    maxContains: few,
    minProperties: few,
    maxProperties: few,
    required: names,
    properties: fc.dictionary(fc.constantFrom('a', 'b', 'c'), schema, { maxKeys: 3 }),
    patternProperties: fc.dictionary(fc.constantFrom('^a', '1$'), schema, { maxKeys: 2 }),
    additionalProperties: schema,
    propertyNames: fc.constantFrom<Json>({ maxLength: 1 }, { pattern: '^a' }, true),
    dependentRequired: fc.dictionary(fc.constantFrom('a', 'b'), names, { maxKeys: 2 }),
    dependentSchemas: fc.dictionary(fc.constantFrom('a', 'b'), schema, { maxKeys: 2 }),
    allOf: list,
    anyOf: list,
    oneOf: list,
    not: schema,
    if: schema,
    [THEN]: schema,
    else: schema,
    $ref: fc.constantFrom('#/$defs/one', '#named'),
  }
  const some = fc.uniqueArray(fc.constantFrom(...Object.keys(keywords)), { minLength: 1, maxLength: 4 })
  return {
    schema: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.boolean(),
      some.chain((chosen) => fc.record(Object.fromEntries(chosen.map((name) => [name, keywords[name] ?? fc.constant(null)])))),
    ),
  }
}).schema

const roots: fc.Arbitrary<JsonSchema> = schemas.map((schema) => ({
  ...(typeof schema === 'boolean' ? { not: !schema } : (schema as JsonSchema)),
  $defs: { one: { type: ['string', 'integer'] }, two: { $anchor: 'named', minProperties: 1 } },
}))

test('it judges as another validator does', () => {
  const agrees = fc.property(roots, fc.array(values, { minLength: 1, maxLength: 5 }), (schema, some) => {
    const validate = compileSchema(schema)
    for (const value of some) {
      expect([value, validate(value).length === 0]).toEqual([value, new Validator({ ...schema }, '2020-12', false).validate(value).valid])
    }
  })
  expect(fc.check(agrees, { numRuns: 2000 }).counterexample).toBeNull()
})

test.each<[JsonSchema, Json, boolean]>([
  [{ prefixItems: [{ type: 'string' }], items: { type: 'number' } }, ['a', 1, 2], true],
  [{ prefixItems: [{ type: 'string' }], items: { type: 'number' } }, ['a', 'b'], false],
  [{ items: [{ type: 'string' }] }, ['a', 'b', 1], true],
  [{ maxLength: 2 }, '😀😀', true],
  [
    { $id: 'https://example.com/tree', properties: { a: { $ref: 'https://example.com/tree#/$defs/b' } }, $defs: { b: { const: 1 } } },
    { a: 2 },
    false,
  ],
  [{ format: 'email', title: 'described, and not checked' }, 'no address', true],
])('%j holds for %j: %s', (schema, value, holds) => {
  expect(compileSchema(schema)(value).length === 0).toBe(holds)
})

describe('a value that is wrong is told', () => {
  test.each<[JsonSchema, Json, string]>([
    [{ type: 'object', required: ['a'] }, {}, 'a: is missing'],
    [{ properties: { list: { items: { type: 'string' } } } }, { list: ['x', 5] }, 'list.1: must be string, is a number'],
    [{ type: ['string', 'null'] }, [], 'input: must be string or null, is an array'],
    [{ additionalProperties: false, properties: { a: {} } }, { b: 1 }, 'b: is not a property that there is'],
    [{ enum: ['fast', 'slow'] }, 'medium', 'input: must be one of "fast", "slow"'],
    [{ properties: { n: { minimum: 1 } } }, { n: 0 }, 'n: must be at least 1, is 0'],
    [{ properties: { n: { multipleOf: 0.1 } } }, { n: 0.25 }, 'n: must be a multiple of 0.1, is 0.25'],
    [{ pattern: '^a' }, 'b', 'input: must match "^a"'],
    [
      { anyOf: [{ type: 'string' }, { type: 'object', required: ['a', 'b'] }] },
      5,
      'input: fits none of what it may be; input: must be string, is a number',
    ],
  ])('%j of %j', (schema, value, problems) => {
    expect(compileSchema(schema)(value).join('; ')).toBe(problems)
  })

  test('also of 0.3 as a multiple of 0.1, which it is', () => {
    expect(compileSchema({ multipleOf: 0.1 })(0.3)).toEqual([])
  })

  test('of a schema that leads back to itself', () => {
    expect(compileSchema({ $ref: '#' })(1)).toEqual(['input: nests too deeply to be checked, or the schema leads back to itself'])
    const tree = compileSchema({ type: 'object', properties: { child: { $ref: '#' } }, additionalProperties: false })
    expect(tree({ child: { child: {} } })).toEqual([])
    expect(tree({ child: { chlid: {} } })).toEqual(['child.chlid: is not a property that there is'])
  })
})

describe('a broken schema is refused when it is read:', () => {
  test.each<[JsonSchema, string]>([
    [{ type: 'object', properties: { a: { type: 'strnig' } } }, '#/properties/a/type: "strnig" is no type; types are null, boolean,'],
    [{ $ref: '#/$defs/50%' }, '#/$ref: "#/$defs/50%" leads nowhere in this schema'],
    [{ properties: { a: { $ref: '#/$defs/no' } } }, '#/properties/a/$ref: "#/$defs/no" leads nowhere in this schema'],
    [
      { properties: { a: { $ref: 'https://example.com/other.json' } } },
      '#/properties/a/$ref: "https://example.com/other.json" leads nowhere',
    ],
    [{ properties: { a: { pattern: '(' } } }, '#/properties/a/pattern: "(" is no regular expression'],
    [{ properties: 'x' }, '#/properties: must be an object of schemas'],
    [{ properties: { a: 5 } }, '#/properties/a: 5 is no schema'],
    [{ required: 'a' }, '#/required: must be an array of names'],
    [{ anyOf: {} }, '#/anyOf: must be an array of schemas'],
    [{ minimum: '1' }, '#/minimum: must be a number'],
    [{ enum: 'a' }, '#/enum: must be an array'],
  ])('%j', (schema, words) => {
    expect(() => jsonSchema(schema)).toThrow(expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(words) }))
  })

  test('a tool with one is refused before anything is done, and so is what is no schema at all', () => {
    const make = (input: unknown) => () => tool({ name: 'x', description: 'd', input: input as never, execute: () => '' })
    expect(make({ type: 'object' })).toThrow(/The input schema of tool x: .*wrap a plain JSON Schema with jsonSchema/)
  })
})
