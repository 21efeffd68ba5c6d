/** Prose that arrives in pieces. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { endProse, prose, writeProse } from '../../src/render/prose.ts'
import { createStyle } from '../../src/render/style.ts'
import { columnsOf } from '../../src/render/text.ts'

const write = (pieces: readonly string[], { columns = 40, color = false, indent = '' } = {}): string => {
  const look = { style: createStyle({ columns, color }), paint: (text: string) => text }
  let state = prose(indent)
  let shown = ''
  for (const piece of pieces) {
    const step = writeProse(state, piece, look)
    state = step.prose
    shown += step.output
  }
  return shown + endProse(state, look).output
}

describe('prose', () => {
  test('wraps between words and keeps the indent', () => {
    expect(write(['one two three four five six'], { columns: 20, indent: '| ' })).toBe('| one two three four\n| five six\n')
  })

  test('hangs the continuation of a list item below its text', () => {
    expect(write(['- alpha beta gamma delta'], { columns: 20 })).toBe('- alpha beta gamma\n  delta\n')
  })

  test('shows code blocks indented, without their marks', () => {
    expect(write(['See:\n```js\nconst a = 1\n  b()\n```\nGood.'])).toBe('See:\n  const a = 1\n    b()\nGood.\n')
  })

  test('leaves markdown alone without colours, and paints it with them', () => {
    expect(write(['a **bold** and `code`'])).toBe('a **bold** and `code`\n')
    expect(write(['a **bold** and `code`'], { color: true })).toBe('a \u001b[1mbold\u001b[22m and \u001b[36mcode\u001b[39m\n')
  })

  test('comes out the same however it was cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '*', '`', '-', 'é', '漢', '😀'), maxLength: 200 }),
        fc.integer({ min: 1, max: 9 }),
        (words, size) => {
          const letters = [...words]
          const pieces = Array.from({ length: Math.ceil(letters.length / size) }, (_, index) =>
            letters.slice(index * size, (index + 1) * size).join(''),
          )
          expect(write(pieces, { color: true })).toBe(write([words], { color: true }))
        },
      ),
    )
  })

  test('never fills more columns than there are, unless one word does', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '漢', '.'), minLength: 1, maxLength: 9 })), (words) => {
        const longest = Math.max(
          0,
          ...write([words.join(' ')], { columns: 24 })
            .split('\n')
            .map(columnsOf),
        )
        expect(longest).toBeLessThanOrEqual(24)
      }),
    )
  })
})
