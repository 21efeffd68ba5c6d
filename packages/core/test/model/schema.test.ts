/** Schemas: zod's, raw ones, and those that cannot be shown to a model. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { jsonSchema, tool } from '../../src/index.ts'
import { toSchema } from '../../src/kit.ts'

describe('a schema', () => {
  test('of zod is shown as JSON Schema, and parses with its defaults', async () => {
    const schema = toSchema(z.object({ path: z.string(), lines: z.number().default(10) }))
    expect(schema.json).toMatchObject({ type: 'object', required: ['path'], properties: { path: { type: 'string' } } })
    expect(await schema.parse({ path: 'a' })).toEqual({ ok: true, value: { path: 'a', lines: 10 } })
    expect(await schema.parse({ path: 7 })).toMatchObject({ ok: false, problems: [expect.stringMatching(/^path: /)] })
  })

  test('in raw JSON Schema is held to, and says where it is broken', async () => {
    const schema = jsonSchema({ type: 'object', properties: { n: { type: 'number' } }, required: ['n'] })
    expect(await schema.parse({ n: 1 })).toEqual({ ok: true, value: { n: 1 } })
    const broken = await schema.parse({ n: 'one' })
    expect(broken.ok).toBe(false)
  })

  test.each([
    [{ name: 'not a name', description: 'x' }, /use 1 to 64/],
    [{ name: 'empty', description: ' ' }, /no description/],
    [{ name: 'list', description: 'x', input: jsonSchema({ type: 'array' }) }, /must be of an object/],
  ])('or a name or a description that no model could use is refused at once: %j', (options, message) => {
    expect(() => tool({ ...options, execute: () => '' })).toThrow(message)
  })
})
