/** Arguments that a tool does not know are refused, never left out unseen. */
import { expect, test } from 'vitest'
import type { Json, JsonObject } from '@seamfold/core/kit'
import { codingTools } from '@seamfold/tools'
import { named, temporaryDirectory } from './support.ts'

const tools = () => codingTools({ workspace: temporaryDirectory() })

const good: Readonly<Record<string, JsonObject>> = {
  read: { file_path: 'a' },
  write: { file_path: 'a', content: '' },
  edit: { file_path: 'a', old_string: 'x', new_string: 'y' },
  patch: { file_path: 'a', diff: '' },
  ls: {},
  glob: { pattern: '*' },
  grep: { pattern: 'x' },
  bash: { command: 'true' },
  git: { command: 'status' },
  web_fetch: { url: 'https://example.com' },
  update_plan: { plan: [{ step: 'x', status: 'pending' }] },
  batch: { invocations: [{ tool: 'ls' }] },
}

test('every tool is here', () => {
  expect(tools().map(({ definition }) => definition.name)).toEqual(Object.keys(good))
})

test.each(Object.entries(good))('%s names what it does not know, and what it takes', async (name, input) => {
  const tool = named(tools(), name)
  expect(await tool.parse(input)).toMatchObject({ ok: true })
  const refused = await tool.parse({ ...input, timeout_ms: 300 })
  const takes = Object.keys(tool.definition.parameters['properties'] as JsonObject).join(', ')
  expect(refused).toEqual({ ok: false, problems: [`input: no such field: timeout_ms. There are: ${takes}`] })
})

test.each([
  ['update_plan', { plan: [{ step: 'x', status: 'pending', note: '' }] }, 'plan.0: no such field: note. There are: step, status'],
  [
    'batch',
    { invocations: [{ tool: 'ls', input: {}, arguments: {} }] },
    'invocations.0: no such fields: input, arguments. There are: tool, args, id',
  ],
])('%s does so inside of its lists too', async (name, input: JsonObject, problem) => {
  expect(await named(tools(), name).parse(input)).toEqual({ ok: false, problems: [problem] })
})

/** Every schema of an object in a schema, but those of open records. */
const closed = (schema: Json): readonly unknown[] => {
  if (typeof schema !== 'object' || schema === null) return []
  if (Array.isArray(schema)) return schema.flatMap(closed)
  const object = schema as JsonObject
  const here = 'properties' in object ? [object['additionalProperties']] : []
  return [...here, ...Object.values(object).flatMap(closed)]
}

test('and the schemas that a model sees say so', () => {
  for (const { definition } of tools()) expect(new Set(closed(definition.parameters as Json))).toEqual(new Set([false]))
})
