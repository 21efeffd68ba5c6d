/** Schemas that nothing can meet are found before anybody is asked for an answer, and no other is called one. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, JsonSchema } from '../../src/kit.ts'
import { compileSchema } from '../../src/model/json-schema.ts'
import { schemaProblem, unmeetable } from '../../src/model/schema-problem.ts'

describe('a schema', () => {
  test.for([
    [false, '# allows nothing'],
    [{ minimum: 3, maximum: 2 }, '# asks for minimum 3 and maximum 2'],
    [{ minLength: 3, maxLength: 2 }, '# asks for minLength 3 and maxLength 2'],
    [{ type: [] }, '# has an empty list of types'],
    [{ required: ['a'], additionalProperties: false }, "# requires 'a', which additionalProperties does not allow"],
    [{ required: ['a'], properties: { a: { enum: [] } } }, '#/properties/a has an empty enum'],
    [{ anyOf: [false, { enum: [] }] }, '#/anyOf/0 allows nothing'],
    [{ oneOf: [] }, '#/oneOf is empty'],
    [{ allOf: [{}, false] }, '#/allOf/1 allows nothing'],
    [{ minItems: 1, items: false }, '#/items allows nothing'],
    [{ not: {} }, '# excludes everything with not'],
    [{ not: true }, '# excludes everything with not'],
    [{ allOf: [{ type: 'string' }, { type: 'number' }] }, '# asks for string and number at once'],
    [{ type: 'object', allOf: [{ type: ['string', 'null'] }] }, '# asks for object and string or null at once'],
    [{ type: 'string', allOf: [{ type: ['number', 'null'] }] }, '# asks for string and number or null at once'],
    [{ allOf: [{ type: 'string' }, { type: 'integer' }] }, '# asks for string and integer at once'],
    [{ type: 'integer', const: 1.5 }, '# allows none of the values that it names'],
    [{ required: ['a'], properties: { a: { $ref: '#' } } }, '#/properties/a/$ref leads back to itself, without an end'],
    [{ type: 'integer', enum: ['one', 1.5] }, '# allows none of the values that it names'],
    [{ type: 'string', const: 7 }, '# allows none of the values that it names'],
    [{ type: 'string', minLength: 3, enum: ['a', 'bc'] }, '# allows none of the values that it names'],
    [{ $ref: '#' }, '#/$ref leads back to itself, without an end'],
    [
      { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
      '#/$ref/$ref/$ref leads back to itself, without an end',
    ],
    [{ type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] }, '#/properties/a/$ref leads back to itself, without an end'],
  ] as const)('%j can be met by nothing', ([schema, why]) => {
    expect(unmeetable(schema as never)).toBe(why)
  })

  test.for([
    true,
    {},
    { minimum: 2, maximum: 2 },
    { anyOf: [false, {}] },
    { properties: { a: false } },
    { items: false },
    { required: ['a'], properties: { a: {} }, additionalProperties: false },
    { required: ['a'], patternProperties: { a: {} }, additionalProperties: false },
    { not: { type: 'string' } },
    { type: 'number', allOf: [{ type: 'integer' }, { minimum: 1 }] },
    { type: ['string', 'null'], allOf: [{ type: ['null', 'array'] }] },
    { type: 'number', enum: ['a', 3] },
    { type: 'integer', const: 3 },
    { allOf: [{ type: 'number' }, { type: 'integer' }, {}] },
    { type: ['object', 'null'], required: ['a'], additionalProperties: false },
    { type: 'integer', enum: ['one', 2] },
    { const: null },
    { type: 'object', properties: { a: { $ref: '#' } } },
    { type: 'object', properties: { a: { anyOf: [{ type: 'null' }, { $ref: '#' }] } }, required: ['a'] },
    { $ref: '#/$defs/a', $defs: { a: { type: 'array', items: { $ref: '#/$defs/a' } } } },
    { enum: [1], allOf: [{ $ref: '#/$defs/one' }], $defs: { one: { type: 'integer' } } },
  ])('%j can be met', (schema) => {
    expect(unmeetable(schema as never)).toBeUndefined()
  })

  test('that something meets is never called one that nothing can meet', () => {
    const value = fc.jsonValue({ maxDepth: 2 }).map((json) => json as Json)
    const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
      schema: fc.oneof(
        { maxDepth: 3 },
        fc.constant({}),
        fc.record({ type: fc.constant('integer'), minimum: fc.integer({ min: 0, max: 3 }), maximum: fc.integer({ min: 0, max: 3 }) }),
        fc.record({ type: fc.constantFrom('string', 'number', 'boolean', 'null', 'array', 'object') }),
        fc.record(
          { enum: fc.array(value, { minLength: 1, maxLength: 2 }), type: fc.constantFrom('string', 'number', 'object', 'array') },
          { requiredKeys: ['enum'] },
        ),
        fc.record({ const: value }),
        fc.record({ not: tie('schema') }),
        fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
        fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
        fc.record({ $ref: fc.constantFrom('#', '#/$defs/a') }),
        fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.nat(1) }),
        fc.record({ type: fc.constant('object'), properties: fc.record({ a: tie('schema') }), required: fc.constantFrom([], ['a']) }),
      ),
    }))
    const law = fc.property(schema, schema, fc.array(value, { maxLength: 5 }), (first, a, more) => {
      const whole: JsonSchema = { ...first, $defs: { a } }
      const holds = compileSchema(whole)
      const met = ['', 0, 1, true, null, [], {}, { a: 1 }, { a: null }, ...more].some((each) => holds(each).length === 0)
      return !met || unmeetable(whole) === undefined
    })
    expect(() => fc.assert(law, { numRuns: 2_000 })).not.toThrow()
  })
})

test('a schema that nests too deeply is refused in words', () => {
  let schema: JsonSchema = { type: 'string' }
  for (let depth = 0; depth < 20_000; depth++) schema = { type: 'array', items: schema }
  expect(schemaProblem(schema)).toBe('its output schema is broken: it nests too deeply')
})

test('one that repeats itself without end takes no time to speak of', () => {
  const $defs: Record<string, Json> = { d30: { anyOf: [false, false] } }
  for (let n = 0; n < 30; n++) $defs[`d${n}`] = { anyOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] }
  expect(schemaProblem({ $ref: '#/$defs/d0', $defs })).toBeUndefined() // too large to be looked through
})
