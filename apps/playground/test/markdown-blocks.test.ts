/** Promises of cutting Markdown that is still being written. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { markdownBlocks } from '../src/text/markdown-blocks.ts'

describe('blocks of Markdown', () => {
  test('are the text again when they are joined, whatever it is', () => {
    const pieces = fc.constantFrom('\n', '\n\n', '```', '~~~~', '- a', '1. b', 'text', '  x', '| t |', '# h', '')
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        expect(markdownBlocks(parts.join('')).join('')).toBe(parts.join(''))
      }),
    )
  })

  test('end at blank lines', () => {
    expect(markdownBlocks('# A\n\none\ntwo\n\nthree')).toEqual(['# A\n\n', 'one\ntwo\n\n', 'three'])
  })

  test('keep code, lists and tables whole', () => {
    for (const whole of ['```ts\na\n\nb\n```', '- a\n\n- b\n\n  still b', '1. a\n\n2. b', '````\n```\n\nx\n````', '| a |\n| - |\n\n| b |'])
      expect(markdownBlocks(whole)).toEqual([whole])
  })

  test('do not change when more is written behind them', () => {
    const text = '# A\n\nSome words.\n\n```\ncode\n\nmore\n```\n\nThe end'
    for (let length = 1; length <= text.length; length += 1) {
      const blocks = markdownBlocks(text.slice(0, length))
      expect(markdownBlocks(text).slice(0, blocks.length - 1)).toEqual(blocks.slice(0, -1))
    }
  })
})
