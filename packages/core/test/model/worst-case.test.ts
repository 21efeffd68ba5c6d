/** The worst case of a question: no token escapes it, whatever its arguments are called and wherever its images are. */
import { expect, test } from 'vitest'
import { mostInputTokens } from '../../src/model/worst-case.ts'

const text = 'é'.repeat(5000)
const image = { type: 'image', mediaType: 'image/png', data: 'A'.repeat(100_000) } as const
const tools: readonly unknown[] = []

test('an argument or a schema that is called data counts like any other', () => {
  const content = [{ type: 'tool_use', id: 'a', name: 'write', input: { data: text } }] as const
  expect(mostInputTokens({ system: '', tools, messages: [{ role: 'assistant', content }] }, 0)).toBeGreaterThan(10_000)
  expect(mostInputTokens({ system: '', tools: [{ properties: { data: { description: text } } }], messages: [] }, 0)).toBeGreaterThan(10_000)
})

test('an image counts as much as it may cost, not as its bytes, in a prompt and in a result', () => {
  const result = { type: 'tool_result', toolUseId: 'a', content: [image, image], isError: false } as const
  for (const [content, images] of [
    [[image], 1],
    [[result], 2],
  ] as const) {
    const tokens = mostInputTokens({ system: '', tools, messages: [{ role: 'user', content }] }, 0)
    expect(tokens).toBeGreaterThan(4000 * images)
    expect(tokens).toBeLessThan(4000 * images + 400)
  }
})

test('after a turn only what came behind the answer is counted beside it', () => {
  const said = { role: 'assistant', content: [{ type: 'text', text }] } as const
  const result = { role: 'user', content: [{ type: 'tool_result', toolUseId: 'a', content: 'seen', isError: false }] } as const
  const tokens = mostInputTokens({ system: text, tools, messages: [said, result] }, 700)
  expect(tokens).toBeGreaterThan(700)
  expect(tokens).toBeLessThan(1000)
})
