/** When there are colours and which signs are used. */
import { describe, expect, test } from 'vitest'
import { createStyle, wantsColor, wantsUnicode } from '../../src/render/style.ts'
import { columnsOf, cut, cutStart, harmless } from '../../src/render/text.ts'
import { noticeLines } from '../../src/render/notice.ts'
import { joinParts } from '../../src/render/wrap.ts'
import { ago, dollars, duration, tokens } from '../../src/render/measure.ts'

describe('colours', () => {
  test.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ TERM: 'dumb' }, true, false],
  ])('with %j at a terminal: %s gives %s', (environment, isTerminal, expected) => {
    expect(wantsColor(environment, isTerminal)).toBe(expected)
  })

  test('signs are ASCII where the locale is', () => {
    expect(wantsUnicode({ LANG: 'en_GB.UTF-8' })).toBe(true)
    expect(wantsUnicode({})).toBe(true)
    expect(wantsUnicode({ LC_ALL: 'C' })).toBe(false)
    expect(wantsUnicode({ TERM: 'linux' })).toBe(false)
  })
})

describe('text', () => {
  test('is measured in columns', () => {
    expect([columnsOf('abc'), columnsOf('漢字'), columnsOf('e\u0301'), columnsOf('\u001b[31mred\u001b[39m')]).toEqual([3, 4, 1, 3])
  })

  test('is cut to what fits', () => {
    expect([cut('abcdef', 4), cut('漢字漢字', 5), cut('abc', 3), cutStart('/a/long/path', 6)]).toEqual(['abc…', '漢字…', 'abc', '…/path'])
  })

  test('in parts is broken between them, and inside of one only where that is longer than a line', () => {
    const at = (columns: number): readonly string[] =>
      joinParts(['27.7 s', '7,522 tokens in (3,456 from cache), 169 out'], ' · ', { columns, indent: '  ' })
    expect(at(60)).toEqual(['  27.7 s · 7,522 tokens in (3,456 from cache), 169 out'])
    expect(at(50)).toEqual(['  27.7 s', '  7,522 tokens in (3,456 from cache), 169 out'])
    expect(at(40)).toEqual(['  27.7 s', '  7,522 tokens in (3,456 from cache),', '  169 out'])
  })

  test('of a failure ends in one full stop before what comes next', () => {
    const told = (message: string): string =>
      noticeLines(
        { type: 'model_retry', turn: 1, attempt: 2, code: 'llm_unavailable', delayMs: 500, message },
        createStyle({ columns: 100 }),
      ).join('')
    expect(told('connect ECONNREFUSED')).toMatch(/connect ECONNREFUSED\. Trying again in/)
    expect(told('Busy.')).toMatch(/Busy\. Trying again in/)
  })

  test('loses what could steer a terminal and keeps the rest', () => {
    expect(harmless('a\u001b[31mb\r\nc\td\u0007')).toBe('ab\nc  d')
  })
})

test('measures are short', () => {
  expect([duration(4), duration(3_210), duration(59_980), duration(125_000), duration(3_700_000)]).toEqual([
    '4 ms',
    '3.2 s',
    '1 min',
    '2 min 5 s',
    '1 h 1 min',
  ])
  expect([tokens(950), tokens(9_999), tokens(12_345), tokens(1_250_000)]).toEqual(['950', '9,999', '12.3k', '1.3M'])
  expect([dollars(0), dollars(1.5), dollars(0.0123), dollars(0.00001)]).toEqual(['$0.00', '$1.50', '$0.0123', '<$0.0001'])
  expect([ago(0, 1_000), ago(0, 300_000), ago(0, 7_200_000), ago(0, 172_800_000)]).toEqual([
    'just now',
    '5 min ago',
    '2 h ago',
    '2 days ago',
  ])
})
