/** What a run looks like in a terminal, and that it looks the same live and from the journal. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Envelope } from '@seamfold/core/kit'
import { createStyle } from '../../src/render/style.ts'
import { columnsOf } from '../../src/render/text.ts'
import { beginTranscript, transcribe } from '../../src/render/transcript.ts'
import { at, started, text, toolEnd, toolStart, turnEnd, usage } from './events.ts'

const show = (envelopes: readonly Envelope[], options: { columns?: number; color?: boolean } = {}): string => {
  const style = createStyle(options)
  let transcript = beginTranscript
  let shown = ''
  for (const envelope of envelopes) {
    const printed = transcribe(transcript, envelope, { style })
    transcript = printed.transcript
    shown += printed.output
  }
  return shown
}

const block = (words: string) => ({ type: 'text', text: words }) as const

describe('a run', () => {
  test('reads as prompt, text, tool cards and an ending', () => {
    const shown = show([
      at(0, started('Fix it')),
      at(10, text(1, 'Looking.')),
      at(20, turnEnd(1, [block('Looking.'), { type: 'tool_use', id: 'id-1', name: 'bash', input: { command: 'ls' } }], { cost: 0.25 })),
      at(30, toolStart('1', 'bash', { command: 'ls' })),
      at(1_530, toolEnd('1', 'bash', { output: 'a\nb\n', exitCode: 0 })),
      at(1_600, turnEnd(2, [block('Done.')])),
      at(2_000, { type: 'agent_end', text: 'Done.', usage: usage(), reason: 'end_turn' }),
    ])
    expect(shown).toBe(
      [
        '› Fix it',
        '',
        'Looking.',
        '',
        '  ✓ bash  ls  2 lines · 1.5 s',
        '',
        'Done.',
        '',
        '✓ Done',
        '  2.0 s · 2 turns · 1 tool call · 200 tokens in, 20 out · $0.25',
        '',
      ].join('\n'),
    )
  })

  test('looks the same from its facts alone as it did live', () => {
    const words = 'One two three, and so on.'
    const facts = [at(0, started('Go')), at(9, turnEnd(1, [block(words)]))]
    const live = [...words].map((letter, index) => at(1 + index, text(1, letter, { start: index })))
    expect(show([facts[0]!, ...live, facts[1]!])).toBe(show(facts))
  })

  test('never shows text twice when a reader joins in mid-turn', () => {
    const shown = show([
      at(0, { type: 'turn_snapshot', turn: 1, attempt: 1, blocks: [{ type: 'text', text: 'Hello wor' }] }),
      at(1, text(1, 'wor', { start: 6 })),
      at(2, text(1, 'ld', { start: 9 })),
      at(3, turnEnd(1, [block('Hello world')])),
    ])
    expect(shown).toBe('Hello world\n')
  })

  test('says that an answer was cut off when another attempt begins', () => {
    const shown = show([
      at(0, text(1, 'Half an ')),
      at(1, text(1, 'Whole answer.', { attempt: 2 })),
      at(2, turnEnd(1, [block('Whole answer.')], { attempt: 2 })),
    ])
    expect(shown).toContain('Half an')
    expect(shown).toContain('cut off')
    expect(shown).toContain('Whole answer.')
  })

  test('tells a denied call once', () => {
    const shown = show([
      at(0, { type: 'permission_denied', callId: '1', toolName: 'bash', args: { command: 'rm x' }, reason: 'a rule' }),
      at(1, toolEnd('1', 'bash', { isError: true, errorKind: 'permission_denied', output: 'Denied by a rule' })),
    ])
    expect(shown.match(/bash/g)).toHaveLength(1)
    expect(shown).toContain('⊘ bash rm x denied')
  })

  test('indents calls that a call makes', () => {
    const shown = show([at(0, toolStart('3.0/0', 'read', { file_path: 'a' })), at(1, toolEnd('3.0/0', 'read', { output: '     1\ta\n' }))])
    expect(shown).toBe('    ✓ read  a  1 line · 1 ms\n')
  })

  test('counts a second run from zero', () => {
    const end = { type: 'agent_end', text: '', usage: usage(), reason: 'end_turn' } as const
    const shown = show([
      at(0, started('a')),
      at(1, turnEnd(1, [])),
      at(2, end),
      at(10_000, started('b')),
      at(10_001, turnEnd(1, [])),
      at(10_500, end),
    ])
    expect(shown).toContain('500 ms · 1 turn · 0 tool calls')
  })
})

describe('what a model or a tool says', () => {
  test('says all of its words, however many the run before said in a turn of the same number', () => {
    const shown = show([
      at(0, started('First')),
      at(1, turnEnd(1, [block('no')])),
      at(2, { type: 'agent_end', text: 'no', usage: usage(), reason: 'end_turn' }),
      at(3, started('Second')),
      at(4, turnEnd(1, [block('It was done.')])),
    ])
    expect(shown).toContain('\nIt was done.')
  })

  test('cannot steer the terminal', () => {
    const evil = '\u001b[2J\u001b]0;title\u0007plain\u009b31m\u202e'
    const shown = show([
      at(0, text(1, evil)),
      at(1, turnEnd(1, [block(evil), { type: 'tool_use', id: 'id-1', name: `ba${evil}sh`, input: {} }])),
      at(2, toolStart('1', 'bash', { command: `echo ${evil}` })),
      at(3, toolEnd('1', 'bash', { isError: true, output: evil, exitCode: 1 })),
      at(4, { type: 'error', code: 'internal', message: evil, retryable: false, usage: usage(), text: '' }),
    ])
    expect(shown).toContain('plain')
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  })

  test('fits the window, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 20, max: 120 }), (words, columns) => {
        const shown = show(
          [
            at(0, toolStart('1', 'bash', { command: words })),
            at(1, toolEnd('1', 'bash', { output: words, exitCode: 1, isError: true })),
            at(2, toolStart('2', 'edit', { file_path: 'a' })),
            at(3, toolEnd('2', 'edit', { output: 'Changed', metadata: { before: 'old', after: words } })),
          ],
          { columns },
        )
        const longest = Math.max(...shown.split('\n').map(columnsOf))
        expect(longest).toBeLessThanOrEqual(columns)
      }),
    )
  })
})
