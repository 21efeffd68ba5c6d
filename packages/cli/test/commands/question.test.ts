/** What a line that is typed to a question answers. */
import { describe, expect, test } from 'vitest'
import type { Json, WaitingFor } from '@seamfold/core/kit'
import { questionText, readReply } from '../../src/commands/question.ts'
import { createStyle } from '../../src/render/style.ts'

const asked = (args: Json): WaitingFor => ({
  requestId: 'request-1',
  kind: 'question',
  toolName: 'ask_user',
  callId: '5.0',
  args,
  accesses: [],
  reason: 'Which?',
  sessionId: 's',
  runId: 'r',
})
const options = [{ label: 'Red' }, { label: 'Blue', description: 'Like the sky.' }]

describe('a reply', () => {
  test.each<[Json, string, unknown]>([
    [{ question: 'Which?', options }, '2', { decision: 'reply', value: 'Blue' }],
    [{ question: 'Which?', options }, ' red ', { decision: 'reply', value: 'Red' }],
    [{ question: 'Which?', options }, 'green, please', { decision: 'reply', value: 'green, please' }],
    [{ question: 'Which?', options }, '3', undefined],
    [{ question: 'Which?', options, free_text: false }, 'green', undefined],
    [{ question: 'Which?', options, several: true }, '1, 2', { decision: 'reply', value: ['Red', 'Blue'] }],
    [{ question: 'Which?', options, several: true }, '1,1', { decision: 'reply', value: ['Red'] }],
    [{ question: 'How many?' }, '3', { decision: 'reply', value: '3' }],
    [{ question: 'How many?' }, '  ', undefined],
    [{ question: 'How many?' }, '/no, ask Bob', { decision: 'reject', message: 'ask Bob' }],
    [{ question: 'How many?' }, '/no', { decision: 'reject' }],
    [{ question: 'How many?' }, 'no', { decision: 'reply', value: 'no' }],
  ])('to %j, typed as %j', (args, line, meant) => {
    expect(readReply(asked(args), line)).toEqual(meant)
  })
})

test('a question shows its options with their numbers, and how to answer', () => {
  const lines = questionText(asked({ question: 'Which?\nOf these.', options, several: true, free_text: false }), createStyle())
  expect(lines.map((line) => line.trim())).toEqual([
    expect.stringContaining('Which?'),
    'Of these.',
    '1  Red',
    '2  Blue  Like the sky.',
    'Type numbers with commas between them; /no, and why, to leave it unanswered.',
  ])
})
