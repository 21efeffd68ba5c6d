/** What is the same for request bodies of both protocols: caching and tool schemas. */
import { describe, expect, test } from 'vitest'
import { asking, weather } from './reading.ts'
import { writer, decoded, written, user, assistant, text } from './writing.ts'

describe.each(['chat', 'responses'] as const)('in mode %s', (mode) => {
  const history = Array.from({ length: 20 }, (_, index) => [user(text(`Question ${index} – é`)), assistant(text(`Answer ${index}`))]).flat()

  test('what was written once is written the same again, byte for byte, in front of what is new', () => {
    const write = writer(mode)
    const tools = [weather]
    const before = new TextDecoder().decode(write({ system: 'S', messages: history, tools }))
    const after = new TextDecoder().decode(write({ system: 'S', messages: [...history, user(text('One more'))], tools }))
    expect(after.startsWith(before.slice(0, -2))).toBe(true)
    expect(after).toBe(
      new TextDecoder().decode(writer(mode)({ system: 'S', messages: [...history, user(text('One more'))], tools: [{ ...weather }] })),
    )
  })

  test('a message is read once, however many turns it goes along', () => {
    let reads = 0
    const watched = user(text('Hello'))
    Object.defineProperty(watched, 'content', { get: () => (reads++, [text('Hello')]) })
    const write = writer(mode)
    for (let turn = 0; turn < 5; turn++) write(asking('', { messages: [watched] }))
    expect(reads).toBe(1)
  })

  test('another system text, another list of tools and another schema are seen', () => {
    const write = writer(mode)
    const first = decoded(write(asking('Hello')))
    const second = decoded(write(asking('Hello', { system: 'Be long.', tools: [weather, { ...weather, name: 'other' }] })))
    expect(JSON.stringify(first)).toContain('Be brief.')
    expect(JSON.stringify(second)).toContain('Be long.')
    expect(second['tools']).toHaveLength(2)
  })
})

test('a schema with alternatives at its top becomes an object with all their properties', () => {
  const parameters = {
    anyOf: [
      { $ref: '#/$defs/file' },
      { type: 'object', properties: { kind: { const: 'url' }, url: { type: 'string' } }, required: ['kind', 'url'] },
    ],
    $defs: { file: { type: 'object', properties: { kind: { const: 'file' }, path: { type: 'string' } }, required: ['kind', 'path'] } },
  } as const
  const [tool] = written('responses', {
    tools: [
      { ...weather, parameters },
      { name: 'none', description: '', parameters: {} },
    ],
  })['tools'] as object[]
  expect(tool).toMatchObject({
    parameters: {
      type: 'object',
      properties: { kind: { anyOf: [{ const: 'file' }, { const: 'url' }] }, path: { type: 'string' }, url: { type: 'string' } },
      required: ['kind'],
    },
  })
  expect(JSON.stringify(tool)).not.toContain('"anyOf":[{"$ref"')
})
