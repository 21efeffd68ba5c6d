/** What grep promises about lines of any length, with ripgrep and without. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { linePattern, localWorkspace } from '@seamfold/tools'
import { FileSearch } from '../src/search/grep-file.ts'
import { lineBuffer, LineReader } from '../src/search/line-reader.ts'
import { eachWay, grep } from './support-search.ts'
import { temporaryDirectory } from './support.ts'

describe('grep', () => {
  test('cuts long lines around what it found', async () => {
    const long = 'é'.repeat(5_000)
    await eachWay({ f: `${long}needle${long}\nshort needle\nneedle${long}\n` }, async (workspace) => {
      const [first, second, third] = (await grep(workspace, { pattern: 'needle' })).split('\n')
      expect(first).toMatch(/^> f:1: \[9400 bytes before\] …é{300}needleé{697}… \[8606 more bytes\]$/)
      expect(second).toBe('> f:2: short needle')
      expect(third).toMatch(/^> f:3: needleé{997}… \[8006 more bytes\]$/)
    })
  })

  test.each([
    ['64 KiB', 70_000],
    ['a quarter of a MiB', 262_144 - 3],
    ['several MiB', 5_000_000],
  ])('finds what stands beyond %s in a line, and shows it', { timeout: 30_000 }, async (_, before) => {
    const files = {
      'a.min.js': `${'x'.repeat(before)}needleXYZ${'y'.repeat(300_000)}\nneedleXYZ\n`,
      'b.js': `${'é'.repeat(before / 2)}needleXYZ`,
    }
    await eachWay(files, async (workspace) => {
      for (const pattern of ['needleXYZ', 'n[e]+dle[X-Z]+', '(?<=x{9}|é{9})needle.*', 'NEEDLExyz']) {
        const text = await grep(workspace, { pattern, '-i': pattern === 'NEEDLExyz' })
        expect(text).toContain(`> a.min.js:1: [${before - 300} bytes before] …${'x'.repeat(300)}needleXYZyyy`)
        expect(text).toMatch(/yyy… \[\d+ more bytes\]\n/)
        expect(text).toMatch(/> b\.js:1: \[\d+ bytes before\] …é{300}needleXYZ\n/)
      }
    })
  })

  test('takes the ends of a long line for its ends, and no other place', { timeout: 30_000 }, async () => {
    const body = 'ab'.repeat(400_000)
    await eachWay({ f: `begin${body}end\r\nshort\n${body}\n` }, async (workspace) => {
      const lines = async (pattern: string): Promise<readonly string[]> =>
        [...(await grep(workspace, { pattern })).matchAll(/^> f:(\d+)/gm)].map(([, line]) => line ?? '')
      expect(await lines('^begin')).toEqual(['1'])
      expect(await lines('end$')).toEqual(['1'])
      expect(await lines('^(ab)+$')).toEqual([])
      expect(await lines('^[ab]{3}')).toEqual(['3'])
      expect(await lines('a$')).toEqual([])
      expect(await lines('b$')).toEqual(['3'])
      expect(await lines('^a')).toEqual(['3'])
      expect(await lines('^short$')).toEqual(['2'])
      expect(await lines('ab(?!a|b|e)')).toEqual(['3'])
      expect(await lines('(?<!^|[abn])[ab]')).toEqual([])
    })
  })

  test('shows the beginning of a long line around a match', async () => {
    await eachWay({ f: `${'x'.repeat(600_000)}\nneedle\n${'y'.repeat(600_000)}\nlast\n` }, async (workspace) => {
      const text = await grep(workspace, { pattern: 'needle', context: 2 })
      expect(text.split('\n').map((line) => line.slice(0, 12))).toEqual([
        '  f:1: xxxxx',
        '> f:2: needl',
        '  f:3: yyyyy',
        '  f:4: last',
        '',
        '1 match in 1',
      ])
      expect(text.match(/… \[598000 more bytes\]/g)).toHaveLength(2)
    })
  })

  test('looks at a long line in small steps, so that everything else goes on in between', () => {
    const file = join(temporaryDirectory({ f: 'x'.repeat(1_000_000) }), 'f')
    const reader = new LineReader(file, lineBuffer())
    const search = new FileSearch('f', reader, { pattern: linePattern('[yz]', false), context: 0, take: () => true })
    let steps = 1
    while (search.step()) steps++
    reader.close()
    expect(steps).toBeGreaterThan(1_000_000 / (64 * 1024))
  })

  test('holds no more of a line without end than a window', { timeout: 30_000 }, async () => {
    const root = temporaryDirectory()
    const file = openSync(join(root, 'f'), 'w')
    const piece = Buffer.alloc(1_000_000, 'x')
    for (let round = 0; round < 200; round++) writeSync(file, piece)
    writeSync(file, 'needle')
    closeSync(file)
    const before = process.memoryUsage().rss
    expect(await grep(localWorkspace(root, { ripgrep: null }), { pattern: 'need[l]e' })).toMatch(
      /^> f:1: \[199999700 bytes before\] …x{300}needle\n/,
    )
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
  })
})
