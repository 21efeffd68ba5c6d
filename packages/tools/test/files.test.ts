/** What read, ls, write and edit promise. */
import { execFileSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json, Tool } from '@seamfold/core/kit'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editTool, localWorkspace, lsTool, readTool, writeTool } from '@seamfold/tools'
import { call, parsed, temporaryDirectory, textOf } from './support.ts'

const setUp = (files: Record<string, string | Uint8Array> = {}) => {
  const root = temporaryDirectory(files)
  const workspace = localWorkspace(root)
  return {
    root,
    read: readTool(workspace),
    ls: lsTool(workspace),
    write: writeTool(workspace),
    edit: editTool(workspace),
    content: (path: string): string => readFileSync(join(root, path), 'utf8'),
  }
}

const probeContext = (witness: Json | undefined) => ({ idempotencyKey: 'key', witness, signal: new AbortController().signal })

describe('read', () => {
  test('gives lines with numbers that count from 1', async () => {
    const { read } = setUp({ a: 'one\ntwo\n' })
    const result = await call(read, { file_path: 'a' })
    expect(textOf(result)).toBe('     1\tone\n     2\ttwo\n')
    expect(result.metadata).toEqual({
      source_anchors: ['a'],
      range: { offset: 0, next_offset: null, eof: true, total_lines: 2, limit_clamped: false },
    })
  })

  test('skips offset lines and says where to go on', async () => {
    const { read } = setUp({ a: 'one\ntwo\nthree\nfour' })
    expect(textOf(await call(read, { file_path: 'a', offset: 1, limit: 2 }))).toBe(
      '     2\ttwo\n     3\tthree\n[lines 2 to 3 of 4; go on with offset 3]',
    )
    expect(textOf(await call(read, { file_path: 'a', offset: 3 }))).toBe('     4\tfour\n')
    expect(textOf(await call(read, { file_path: 'a', offset: 4 }))).toBe('[end of a: it has 4 lines]')
    expect(textOf(await call(read, { file_path: 'a', offset: 5 }))).toBe('offset 5 is past the end: a has 4 lines')
  })

  test('gives at most 2,000 lines, and 96 KiB', async () => {
    const { read } = setUp({ many: 'x\n'.repeat(2_500), wide: `${'y'.repeat(1_000)}\n`.repeat(200) })
    const many = await call(read, { file_path: 'many', limit: 5_000 })
    expect(textOf(many)).toMatch(/ {2}2000\tx\n\[lines 1 to 2000 of 2500; go on with offset 2000\]$/)
    expect(many.metadata).toMatchObject({ range: { limit_clamped: true, next_offset: 2_000 } })
    const wide = textOf(await call(read, { file_path: 'wide' }))
    expect(wide.length).toBeLessThan(100 * 1024)
    expect(wide).toMatch(/\[lines 1 to 97 of 200, cut at 98304 bytes; go on with offset 97\]$/)
  })

  test('cuts long lines at 2,000 bytes, never inside a character', async () => {
    const { read } = setUp({ a: `${'x'.repeat(1_999)}€tail\n${'y'.repeat(2_000)}\n${'z'.repeat(3_000_000)}` })
    expect(textOf(await call(read, { file_path: 'a' })).split('\n')).toEqual([
      `     1\t${'x'.repeat(1_999)}… [6 more bytes]`,
      `     2\t${'y'.repeat(2_000)}`,
      `     3\t${'z'.repeat(2_000)}… [2998000 more bytes]`,
      '',
    ])
  })

  test('shows carriage returns at line ends as line ends, and knows an empty file', async () => {
    const { read } = setUp({ a: 'one\r\ntwo\r\n', empty: '' })
    expect(textOf(await call(read, { file_path: 'a' }))).toBe('     1\tone\n     2\ttwo\n')
    expect(textOf(await call(read, { file_path: 'empty' }))).toBe('[empty is empty]')
  })

  test('says what it cannot show', async () => {
    const { read } = setUp({ binary: Buffer.from([1, 0, 2]), 'dir/a': '' })
    expect(await call(read, { file_path: 'binary' })).toMatchObject({ isError: true, errorKind: 'unsupported' })
    expect(textOf(await call(read, { file_path: 'binary' }))).toBe('binary is a binary file of 3 bytes: it cannot be shown as text')
    expect(await call(read, { file_path: 'missing' })).toMatchObject({ isError: true, errorKind: 'not_found' })
    expect(textOf(await call(read, { file_path: 'dir' }))).toBe('dir is a directory. List it with ls')
    expect(await call(read, { file_path: '../x' })).toMatchObject({ isError: true, errorKind: 'permission_denied' })
  })

  test('shows images', async () => {
    const { read } = setUp({ 'a.PNG': Buffer.from([137, 80]) })
    expect((await call(read, { file_path: 'a.PNG' })).content).toEqual([
      { type: 'text', text: '[a.PNG: image/png, 2 bytes]' },
      { type: 'image', mediaType: 'image/png', data: 'iVA=' },
    ])
  })

  test('gives the same lines whatever the parts it is read in', async () => {
    const { root, read } = setUp()
    const line = fc.array(fc.constantFrom('a', '€', '😀', ' ', '\t'), { maxLength: 4 }).map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), async (lines, limit) => {
        writeFileSync(join(root, 'f'), lines.map((one) => `${one}\n`).join(''))
        const seen: string[] = []
        for (let offset = 0; offset < lines.length; offset += limit) {
          seen.push(
            ...[...textOf(await call(read, { file_path: 'f', offset, limit })).matchAll(/^ *\d+\t(.*)$/gm)].map(([, text]) => text ?? ''),
          )
        }
        expect(seen).toEqual(lines)
      }),
      { numRuns: 50 },
    )
  })
})

describe('ls', () => {
  test('shows a name that would be more than one line as JSON', async () => {
    const root = temporaryDirectory({ 'a\nb  9': 'x', 'c\u2028d/e': '', f: '' })
    symlinkSync('x\ny', join(root, 'link\r'))
    expect(textOf(await call(lsTool(localWorkspace(root)), {}))).toBe('"a\\nb  9"  1\n"c\\u2028d"/\nf  0\n"link\\r" -> "x\\ny"')
  })

  test('lists names with what they are', async () => {
    const { root, ls } = setUp({ 'b/x': '', a: '12', '.hidden': '' })
    symlinkSync('a', join(root, 'link'))
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect(textOf(await call(ls, {}))).toBe('.hidden  0\na  2\nb/\nlink -> a\npipe  [pipe, socket or device]')
    expect(textOf(await call(ls, { path: 'missing' }))).toMatch(/^missing does not exist/)
    expect(textOf(await call(ls, { path: 'a' }))).toMatch(/is not a directory/)
  })

  test('gives at most a thousand and says how many there are', async () => {
    const { ls } = setUp(Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`f${index}`, ''])))
    expect(textOf(await call(ls, {}))).toMatch(/\n\[the first 1000 of 1001; use glob/)
  })
})

describe('write', () => {
  test('makes a file with its directories, or replaces it', async () => {
    const { write, content } = setUp({ a: 'old' })
    expect(textOf(await call(write, { file_path: 'a', content: 'one\ntwo' }))).toBe('Wrote a: 2 lines, 7 bytes')
    expect(textOf(await call(write, { file_path: 'x/y/z', content: '€\n' }))).toBe('Wrote x/y/z: 1 line, 4 bytes')
    expect([content('a'), content('x/y/z')]).toEqual(['one\ntwo', '€\n'])
  })

  test('says what changed, where that is text and short', async () => {
    const { write } = setUp({ a: 'one\ntwo\n', binary: Buffer.from([0xff, 0xfe, 0]), huge: 'x\n'.repeat(900_000) })
    const diffOf = async (file_path: string, content: string): Promise<unknown> =>
      (await call(write, { file_path, content })).metadata?.['diff']
    expect(await diffOf('a', 'one\n2\n')).toContain('@@ -1,2 +1,2 @@\n one\n-two\n+2\n')
    expect(await diffOf('new', 'one\n')).toContain('@@ -0,0 +1,1 @@\n+one\n')
    expect(await diffOf('a', 'one\n2\n')).toBeUndefined()
    expect(await diffOf('binary', 'text')).toBeUndefined()
    expect(await diffOf('huge', 'text')).toBeUndefined()
  })

  test('a call that was cut off is found done, not started or unknown', async () => {
    const { root, write } = setUp({ a: 'old' })
    const input = await parsed(write, { file_path: 'a', content: 'new' })
    const context = probeContext(await write.witness?.(input))
    expect(await write.probe?.(input, context)).toEqual({ state: 'not_started' })
    await call(write, { file_path: 'a', content: 'new' })
    expect(await write.probe?.(input, context)).toMatchObject({ state: 'done', result: { content: 'Wrote a: 1 line, 3 bytes' } })
    writeFileSync(join(root, 'a'), 'other')
    expect(await write.probe?.(input, context)).toEqual({ state: 'unknown' })
    expect(await write.probe?.(input, probeContext(undefined))).toEqual({ state: 'unknown' })
  })

  test('a file that was not there before is known not to have been written', async () => {
    const { write } = setUp()
    const input = await parsed(write, { file_path: 'new', content: 'x' })
    expect(await write.probe?.(input, probeContext(await write.witness?.(input)))).toEqual({ state: 'not_started' })
  })
})

describe('edit', () => {
  test('replaces one place, literally', async () => {
    const { edit, content } = setUp({ a: 'x = $1;\ny = 2;\n' })
    const result = await call(edit, { file_path: 'a', old_string: '$1', new_string: '$& $$' })
    expect(textOf(result)).toBe('Changed a: 1 replacement')
    expect(content('a')).toBe('x = $& $$;\ny = 2;\n')
    expect(result.metadata).toMatchObject({ file_path: 'a', replacement_count: 1 })
    expect(result.metadata?.['diff']).toContain('-x = $1;\n+x = $& $$;\n y = 2;')
  })

  test.each([
    ['nothing to replace', { old_string: '', new_string: 'x' }, /old_string is empty/],
    ['nothing to change', { old_string: 'a', new_string: 'a' }, /are the same/],
    ['a text that is not there', { old_string: 'zzz', new_string: 'x' }, /does not occur in it/],
    ['a text that is there twice', { old_string: 'a', new_string: 'x' }, /occurs 2 times in it\. Add lines around it/],
  ])('refuses %s and writes nothing', async (_, strings, message) => {
    const { edit, content } = setUp({ f: 'a b a\n' })
    const result = await call(edit, { file_path: 'f', ...strings })
    expect(result).toMatchObject({ isError: true, errorKind: 'invalid_input' })
    expect(textOf(result)).toMatch(message)
    expect(content('f')).toBe('a b a\n')
  })

  test('replaces every place when told to', async () => {
    const { edit, content } = setUp({ f: 'aaa a\n' })
    expect(textOf(await call(edit, { file_path: 'f', old_string: 'aa', new_string: 'b', replace_all: true }))).toBe(
      'Changed f: 1 replacement',
    )
    expect(content('f')).toBe('ba a\n')
  })

  test('takes the line ends of the file', async () => {
    const { edit, content } = setUp({ f: 'one\r\ntwo\r\nthree\r\n' })
    await call(edit, { file_path: 'f', old_string: 'one\ntwo', new_string: '1\n2' })
    expect(content('f')).toBe('1\r\n2\r\nthree\r\n')
  })

  test('leaves alone what is not UTF-8, and keeps a byte order mark', async () => {
    const { root, edit } = setUp({ latin: Buffer.from([0x61, 0xe9]), bom: '\uFEFFone' })
    expect(await call(edit, { file_path: 'latin', old_string: 'a', new_string: 'b' })).toMatchObject({
      isError: true,
      errorKind: 'unsupported',
    })
    await call(edit, { file_path: 'bom', old_string: 'one', new_string: 'two' })
    expect(readFileSync(join(root, 'bom'), 'utf8')).toBe('\uFEFFtwo')
  })

  test('is exactly a literal replacement, for any text', async () => {
    const { root, edit, content } = setUp()
    const text = fc.array(fc.constantFrom('a', 'b', '\n', '$', '€'), { maxLength: 12 }).map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(fc.tuple(text, text, text), fc.boolean(), async ([before, old_string, new_string], replace_all) => {
        writeFileSync(join(root, 'f'), before)
        const result = await call(edit, { file_path: 'f', old_string, new_string, replace_all })
        const count = old_string === '' ? 0 : before.split(old_string).length - 1
        const isPossible = old_string !== new_string && (replace_all ? count > 0 : count === 1)
        expect(result.isError).toBe(!isPossible)
        expect(content('f')).toBe(isPossible ? before.split(old_string).join(new_string) : before)
      }),
      { numRuns: 200 },
    )
  })

  test('a call that was cut off is found done, not started or unknown', async () => {
    const { root, edit } = setUp({ a: 'one two' })
    const strings = { file_path: 'a', old_string: 'one', new_string: 'one one' }
    const input = await parsed(edit, strings)
    const context = probeContext(await edit.witness?.(input))
    expect(await edit.probe?.(input, context)).toEqual({ state: 'not_started' })
    await call(edit, strings)
    expect(await edit.probe?.(input, context)).toMatchObject({ state: 'done', result: { content: 'Changed a: 1 replacement' } })
    writeFileSync(join(root, 'a'), 'other')
    expect(await edit.probe?.(input, context)).toEqual({ state: 'unknown' })
  })

  test('that cannot succeed is known not to have started', async () => {
    const { edit } = setUp({ a: 'one' })
    const input = await parsed(edit, { file_path: 'a', old_string: 'zzz', new_string: 'x' })
    expect(await edit.probe?.(input, probeContext(await edit.witness?.(input)))).toEqual({ state: 'not_started' })
  })
})

describe('what the file tools declare', () => {
  const cases = [
    { name: 'read', given: { file_path: 'link/a' }, kind: 'read', effect: 'none' },
    { name: 'write', given: { file_path: 'link/a', content: '' }, kind: 'write', effect: 'idempotent' },
    { name: 'edit', given: { file_path: 'link/a', old_string: 'a', new_string: 'b' }, kind: 'write', effect: 'unsafe' },
    { name: 'ls', given: { path: 'link/a' }, kind: 'read', effect: 'none' },
  ] as const
  test.each(cases)('$name: the real place, and its effect', async ({ name, given, kind, effect }) => {
    const tools = setUp({ 'src/a': '' })
    symlinkSync('src', join(tools.root, 'link'))
    const tool: Tool = tools[name]
    const input = await parsed(tool, given)
    expect(await tool.access(input)).toEqual([{ kind, path: 'src/a' }])
    expect(tool.effect(input)).toBe(effect)
    const outside = await parsed(tool, { ...given, [name === 'ls' ? 'path' : 'file_path']: '../../etc/x' })
    expect(await tool.access(outside)).toEqual([{ kind, path: join(tools.root, '../../etc/x') }])
  })
})
