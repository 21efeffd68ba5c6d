/** What a person sees before saying yes. */
import { describe, expect, test } from 'vitest'
import type { WaitingFor } from '@seamfold/core/kit'
import { requestExcerpt } from '../../src/render/request.ts'
import type { Change } from '../../src/render/diff.ts'
import { createStyle } from '../../src/render/style.ts'

const request = (change: Partial<WaitingFor>): WaitingFor => ({
  requestId: 'q',
  kind: 'confirmation',
  toolName: 'bash',
  callId: '1.0',
  args: {},
  accesses: [],
  reason: '',
  sessionId: 's',
  runId: 'r',
  ...change,
})

const excerpt = (change: Partial<WaitingFor>, options: { change?: Change; whole?: boolean } = {}) =>
  requestExcerpt(request(change), { style: createStyle(), change: undefined, rest: 's shows all', ...options })

test('a short command is one line', () => {
  expect(excerpt({ args: { command: 'npm test' } }).lines).toEqual(['⏸ bash npm test'])
})

test('every argument is shown, not only the one that the line would show', () => {
  const { lines } = excerpt({ args: { command: 'npm test', timeout: 5, note: 'a\nb' } })
  expect(lines).toEqual(['⏸ bash', '    command: npm test', '    timeout: 5', '    note:', '      a', '      b'])
})

describe('nothing that would run is left out, whatever it does to a terminal', () => {
  test.each([
    ['an operating system command', 'echo ok \u001b]0&rm victim;echo \u0007', String.raw`echo ok \x1b]0&rm victim;echo \x07`],
    ['colours', 'echo \u001b[8mrm x\u001b[0m', String.raw`echo \x1b[8mrm x\x1b[0m`],
    ['a carriage return', 'rm x\recho ok', String.raw`rm x\recho ok`],
    ['a turn of direction', 'rm \u202ecod\u2066', String.raw`rm \u202ecod\u2066`],
    ['characters without a width', 'r\u200bm x\ufeff\u00ad', String.raw`r\u200bm x\ufeff\xad`],
    ['blanks that are no space', 'rm a\u00a0b\u3000c', String.raw`rm a\xa0b\u3000c`],
    ['other controls', 'a\u0000\u0008\u007f\u009b2Jb', String.raw`a\x00\x08\x7f\x9b2Jb`],
    ['tags', 'a\u{e0041}', String.raw`a\u{e0041}`],
    ['line ends of other kinds', 'a\u2028b\u2029c\u0085d', String.raw`a\u2028b\u2029c\x85d`],
  ])('%s', (_, command, shown) => {
    expect(excerpt({ args: { command } }).lines).toEqual(['⏸ bash', `    command: ${shown}`])
  })

  test('emoji and letters of any script are no such thing', () => {
    const command = 'echo 👩‍👩‍👧 ❤️ 1️⃣ 漢字 é 🏴󠁧󠁢󠁥󠁮󠁧󠁿'
    expect(excerpt({ args: { command } }).lines).toEqual([`⏸ bash ${command}`])
  })

  test('in a name, a path, and what it touches', () => {
    const { lines } = excerpt({ toolName: 'ba\u001b[2Ksh', args: { 'ke\ry': 1 }, accesses: [{ kind: 'write', path: 'a\u202eb' }] })
    expect(lines).toEqual([String.raw`⏸ ba\x1b[2Ksh`, String.raw`    ke\ry: 1`, String.raw`    touches: write a\u202eb`])
  })

  test('in a line of a file, also where it hides what follows', () => {
    const change = { path: 'a\u001b[1A.sh', before: undefined, after: 'echo ok\rrm x\n\u001b[2Kevil\n' }
    expect(excerpt({ toolName: 'write' }, { change }).lines).toEqual([
      String.raw`⏸ write a\x1b[1A.sh  +2`,
      String.raw`    1 + echo ok\rrm x`,
      String.raw`    2 + \x1b[2Kevil`,
    ])
  })
})

describe('what is too long to be shown at once', () => {
  const command = Array.from({ length: 61 }, (_, index) => `echo line${index + 1}`).join('\n')

  test('is counted, with the way to see it', () => {
    const { lines, hidden } = excerpt({ args: { command } })
    expect(hidden).toBe(21)
    expect(lines.at(-1)).toBe('      … 21 more lines are not shown here: s shows all')
  })

  test('is shown whole when somebody asks', () => {
    const { lines, hidden } = excerpt({ args: { command } }, { whole: true })
    expect(hidden).toBe(0)
    expect(lines.slice(2).map((line) => line.trim())).toEqual(command.split('\n'))
  })

  test('goes on in the next line, and is never cut', () => {
    const long = `${'x'.repeat(300)}; rm victim`
    expect(
      excerpt({ args: { command: long } })
        .lines.slice(2)
        .map((line) => line.slice(6))
        .join(''),
    ).toBe(long)
  })

  test('is a change too, in length and in width', () => {
    const text = Array.from({ length: 300 }, (_, index) => `${index}${' '.repeat(200)}end`)
    const change = { path: 'a', before: undefined, after: text.join('\n') }
    const { lines, hidden } = excerpt({ toolName: 'write' }, { change })
    expect(hidden).toBeGreaterThanOrEqual(273)
    expect(lines.at(-1)).toContain('more lines are not shown here')
    const whole = excerpt({ toolName: 'write' }, { change, whole: true })
    expect(whole.hidden).toBe(0)
    expect(whole.lines.filter((line) => line.endsWith('end'))).toHaveLength(300)
  })
})

test('an edit is shown as what it would change', () => {
  const change = { path: 'a.js', before: 'one\ntwo\n', after: 'one\n2\n' }
  expect(excerpt({ toolName: 'edit' }, { change }).lines).toEqual(['⏸ edit a.js  +1 −1', '    1   one', '    2 − two', '    2 + 2'])
})
