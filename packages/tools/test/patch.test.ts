/** What patch promises: all hunks, exactly where they say, or nothing. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localWorkspace, patchTool } from '@seamfold/tools'
import { call, parsed, temporaryDirectory, textOf } from './support.ts'

const setUp = (content: string) => {
  const root = temporaryDirectory({ f: content })
  const patch = patchTool(localWorkspace(root))
  return {
    patch,
    apply: (diff: string) => call(patch, { file_path: 'f', diff }),
    content: (): string => readFileSync(join(root, 'f'), 'utf8'),
    write: (text: string): void => writeFileSync(join(root, 'f'), text),
  }
}

const numbers = '1\n2\n3\n4\n5\n6\n7\n8\n9\n'

describe('a diff that fits', () => {
  test('is applied, its file names ignored', async () => {
    const { apply, content } = setUp(numbers)
    const result = await apply('--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n@@ -8,2 +8,3 @@ context\n 8\n+8.5\n 9\n')
    expect(textOf(result)).toBe('Changed f: +2 -1 lines')
    expect(content()).toBe('1\ntwo\n3\n4\n5\n6\n7\n8\n8.5\n9\n')
  })

  test('may insert at the start, leave counts of one out, and empty a file', async () => {
    const first = setUp(numbers)
    await first.apply('@@ -0,0 +1 @@\n+0\n')
    expect(first.content()).toBe(`0\n${numbers}`)
    const second = setUp('x\n')
    await second.apply('@@ -1 +1 @@\n-x\n+y\n')
    expect(second.content()).toBe('y\n')
    await second.apply('@@ -1 +0,0 @@\n-y\n')
    expect(second.content()).toBe('')
  })

  test('says whether the last line has a newline', async () => {
    const { apply, content } = setUp('a\nb')
    expect((await apply('@@ -2 +2 @@\n-b\n+c\n')).isError).toBe(true)
    await apply('@@ -2 +2 @@\n-b\n\\ No newline at end of file\n+c\n')
    expect(content()).toBe('a\nc\n')
    await apply('@@ -2 +2 @@\n-c\n+d\n\\ No newline at end of file\n')
    expect(content()).toBe('a\nd')
  })

  test('keeps the line ends of the file', async () => {
    const { apply, content } = setUp('a\r\nb\r\n')
    await apply('@@ -1,2 +1,2 @@\n a\n-b\n+c\n')
    expect(content()).toBe('a\r\nc\r\n')
  })
})

describe('a diff that does not fit is refused, and nothing is written:', () => {
  test.each([
    ['no hunk', 'nothing here', /has no hunk/],
    [
      'context elsewhere',
      '@@ -2,2 +2,2 @@\n 4\n-5\n+five\n',
      /line 2 of the file is "2\\n", the diff expects "4\\n"\. These lines are at line 4/,
    ],
    ['context nowhere', '@@ -1 +1 @@\n-x\n+y\n', /the diff expects "x\\n"\. Read the file again/],
    ['wrong old count', '@@ -1,3 +1,2 @@\n 1\n-2\n+two\n', /it has 2 old and 2 new lines, its header says 3 and 2/],
    ['wrong new count', '@@ -1 +1,2 @@\n-1\n+one\n', /it has 1 old and 1 new lines, its header says 1 and 2/],
    ['too many lines', '@@ -1 +1 @@\n-1\n+one\n+two\n', /line 4 of the diff, "\+two", is neither part of a hunk nor the start of one/],
    ['two files', '@@ -1 +1 @@\n-1\n+one\n--- a/g\n+++ b/g\n@@ -1 +1 @@\n-1\n+x\n', /one diff is for one file/],
    ['hunks out of order', '@@ -5 +5 @@\n-5\n+five\n@@ -1 +1 @@\n-1\n+one\n', /begins before the end of the hunk before it/],
    ['hunks that overlap', '@@ -1,2 +1,2 @@\n 1\n-2\n+two\n@@ -2 +2 @@\n-2\n+TWO\n', /begins before the end of the hunk before it/],
    ['wrong new start', '@@ -1 +1,2 @@\n 1\n+1.5\n@@ -5 +5 @@\n-5\n+five\n', /its new side should begin at line 6/],
    ['past the end', '@@ -10 +10 @@\n-10\n+ten\n', /it reaches past the end of the file, which has 9 lines/],
    ['stray line', '@@ -1,2 +1,2 @@\n 1\nx2\n+two\n', /begins neither with a space nor with - or \+/],
  ])('%s', async (_, diff, message) => {
    const { apply, content } = setUp(numbers)
    const result = await apply(diff)
    expect(result).toMatchObject({ isError: true, errorKind: 'invalid_input' })
    expect(textOf(result)).toMatch(message)
    expect(content()).toBe(numbers)
  })

  test.each(['a\r\nb\n', 'a\rb\n'])('a file with mixed line ends: %j', async (text) => {
    expect(textOf(await setUp(text).apply('@@ -1 +1 @@\n-a\n+b\n'))).toMatch(/mixes line endings/)
  })
})

test(
  'the diff between any two texts turns the one into the other, and any damage to it changes nothing or is refused',
  { timeout: 60_000 },
  async () => {
    const { apply, content, write } = setUp('')
    const line = fc.constantFrom('a', 'b', '', ' ', '-', '+', '@@', '\\ x', 'é')
    const text = fc.tuple(fc.array(line, { maxLength: 12 }), fc.boolean()).map(([lines, ends]) => lines.join('\n') + (ends ? '\n' : ''))
    await fc.assert(
      fc.asyncProperty(fc.tuple(text, text), fc.integer({ min: 0, max: 3 }), fc.nat(), async ([before, after], context, damage) => {
        fc.pre(before !== after)
        const diff = createTwoFilesPatch('f', 'f', before, after, undefined, undefined, { context })
        write(before)
        expect(textOf(await apply(diff))).toMatch(/^Changed f: /)
        expect(content()).toBe(after)
        const lines = diff.split('\n')
        const broken = lines.toSpliced(4 + (damage % Math.max(1, lines.length - 5)), 1).join('\n')
        write(before)
        const result = await apply(broken)
        expect(!result.isError || content() === before).toBe(true)
      }),
      { numRuns: 300 },
    )
  },
)

test('a patch that was cut off is found done or not started', async () => {
  const { patch, apply } = setUp(numbers)
  const diff = '@@ -1 +1,2 @@\n 1\n+1\n'
  const input = await parsed(patch, { file_path: 'f', diff })
  const witness = await patch.witness?.(input)
  const context = { idempotencyKey: 'key', witness, signal: new AbortController().signal }
  expect(await patch.probe?.(input, context)).toEqual({ state: 'not_started' })
  await apply(diff)
  expect(await patch.probe?.(input, context)).toMatchObject({ state: 'done' })
  expect(patch.effect(input)).toBe('unsafe')
})
