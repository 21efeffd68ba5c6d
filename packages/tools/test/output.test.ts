/** How output is kept and shown: bounded, and in whole characters. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OutputWindow } from '../src/shell/output-window.ts'
import { ProgressStream } from '../src/shell/progress-stream.ts'

const characters = fc.array(fc.constantFrom('a', 'é', '€', '😀', '\n'), { maxLength: 40 }).map((parts) => parts.join(''))

/** The bytes of a text, cut anywhere. */
const pieces = (text: string, sizes: readonly number[]): readonly Buffer[] => {
  const bytes = Buffer.from(text)
  const cuts: Buffer[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    cuts.push(bytes.subarray(at, at + size))
    at += size
  }
  return cuts
}

const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 })

describe('the window of an output', () => {
  test('is the text itself while it fits, else its head and its tail in whole characters', () => {
    fc.assert(
      fc.property(fc.tuple(characters, sizes), fc.integer({ min: 4, max: 60 }), ([text, cuts], half) => {
        const window = new OutputWindow(half)
        for (const piece of pieces(text, cuts)) window.add(piece)
        const length = Buffer.byteLength(text)
        const [head = '', tail] = window.text().split(/\n\[… \d+ bytes left out here …\]\n/)
        expect(window.total).toBe(length)
        expect(length <= half * 2 ? window.text() : '').toBe(length <= half * 2 ? text : '')
        expect(text.startsWith(head) && (tail === undefined || text.endsWith(tail))).toBe(true)
        expect(length <= half * 2 || Buffer.byteLength(head) > half - 4).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('holds no more than it shows, however much comes, and nothing of buffers that are used again', () => {
    const window = new OutputWindow()
    const buffer = Buffer.alloc(64 * 1024, 'x')
    const before = process.memoryUsage().arrayBuffers
    for (let round = 0; round < 16_000; round++) window.add(buffer)
    // A gigabyte went in; what is garbage already may not have been collected yet.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(400_000_000)
    buffer.fill('y')
    expect(window.text().replaceAll('x', '')).toBe('\n[… 1047527424 bytes left out here …]\n')
  })
})

describe('progress', () => {
  test('comes in whole characters, wherever the bytes were cut', () => {
    fc.assert(
      fc.property(characters, sizes, (text, cuts) => {
        const shown: string[] = []
        const stream = new ProgressStream((piece) => void shown.push(piece))
        for (const piece of pieces(text, cuts)) stream.add(piece)
        stream.end()
        expect(shown.join('')).toBe(text)
      }),
    )
  })

  test('leaves out what nobody could follow, and says so', () => {
    const shown: string[] = []
    const stream = new ProgressStream((piece) => void shown.push(piece))
    for (let round = 0; round < 1_000; round++) stream.add(Buffer.from('😀'.repeat(500)))
    stream.end()
    const text = shown.join('')
    expect(text).toMatch(/^\n\[… \d+ characters not shown …\]\n(😀)+$/u)
    expect(text.length).toBeLessThan(20_000)
  })
})
