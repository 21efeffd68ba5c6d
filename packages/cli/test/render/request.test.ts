/** What a person sees before saying yes. */
import { expect, test } from 'vitest'
import type { WaitingFor } from '@seamfold/core/kit'
import { requestLines } from '../../src/render/request.ts'
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

test('a short command is one line', () => {
  expect(requestLines(request({ args: { command: 'npm test' } }), undefined, createStyle())).toEqual(['⏸ bash npm test'])
})

test('every argument is shown, not only the one that the line would show', () => {
  const lines = requestLines(request({ args: { command: 'npm test', timeout: 5, note: 'a\nb' } }), undefined, createStyle())
  expect(lines).toEqual(['⏸ bash', '    command: npm test', '    timeout: 5', '    note:', '      a', '      b'])
})

test('a command with hidden parts shows them', () => {
  const lines = requestLines(request({ args: { command: 'echo ok\nrm -rf / #\u001b[1A\u001b[2K' } }), undefined, createStyle())
  expect(lines.join('\n')).toContain('rm -rf / #')
  // eslint-disable-next-line no-control-regex
  expect(lines.join('')).not.toMatch(/\u001b/)
})

test('an edit is shown as what it would change', () => {
  const change = { path: 'a.js', before: 'one\ntwo\n', after: 'one\n2\n' }
  expect(requestLines(request({ toolName: 'edit' }), change, createStyle())).toEqual([
    '⏸ edit a.js  +1 −1',
    '    1   one',
    '    2 − two',
    '    2 + 2',
  ])
})
