/** A turn of a wrong shape is refused where it is made: a test of a broken stream must not pass on a good one. */
import { afterEach, expect, test } from 'vitest'
import { answer, faulty, rateLimited, startSimulator, text } from '../src/index.ts'
import type { Simulator, StreamFaults } from '../src/index.ts'
import { openAiHeaders } from './verdict.ts'

let simulator: Simulator | undefined
afterEach(() => simulator?.close())

/** What a caller without types may write. */
const anything = (value: unknown): never => value as never

test.each([
  [{ cut: 2 }, 'faults.cut is 2, but it is an object, e.g. { afterEvents: 2 }'],
  [{ malformed: true }, 'faults.malformed is true, but it is an object, e.g. { afterEvents: 2 }'],
  [{ error: 'x' }, "faults.error is 'x', but it is an object, e.g. { afterEvents: 2 }"],
  [{ error: {} }, 'faults.error.afterEvents is missing: a whole number from 0'],
  [{ malformed: { afterEvents: '2' } }, "faults.malformed.afterEvents is '2', but it is a whole number from 0"],
  [{ cut: { afterEvents: -1 } }, 'faults.cut.afterEvents is -1, but it is a whole number from 0'],
  [{ cut: { after: 2 } }, "faults.cut has no 'after'. There are: afterEvents, afterBytes, how"],
  [{ cut: { afterEvents: 1, how: 'stop' } }, "faults.cut.how is 'stop', but it is 'reset' or 'end'"],
  [{ error: { afterEvents: 1, form: 'whole' } }, "faults.error.form is 'whole', but it is 'event' or 'failed'"],
  [{ omitDone: 'yes' }, "faults.omitDone is 'yes', but it is true or false"],
  [{ pingEvery: 0 }, 'faults.pingEvery is 0, but it is a whole number from 1'],
  [{ errors: { afterEvents: 1 } }, "faults has no 'errors'. There are: error, cut, malformed, omitDone, pingEvery"],
  [{}, 'faults names none: what goes wrong? There are: error, cut, malformed, omitDone, pingEvery'],
  [undefined, 'faults is missing: an object'],
])('faulty refuses %j', (faults, message) => {
  expect(() => faulty([text('words')], anything(faults))).toThrow(message)
})

test('every right shape is taken', () => {
  const all: readonly StreamFaults[] = [
    { error: { afterEvents: 0, type: 't', code: 'c', message: 'm', form: 'failed' } },
    { cut: { afterEvents: 3, how: 'end' } },
    { cut: { afterBytes: 0 } },
    { malformed: { afterEvents: 1, frame: 'x' }, omitDone: true, pingEvery: 1 },
  ]
  for (const faults of all) expect(faulty([text('words')], faults)).toMatchObject({ faults })
})

test('so are the other options of a turn', () => {
  expect(() => answer(text('x'), anything({ fault: { cut: {} } }))).toThrow(
    "The turn has no 'fault'. There are: type, blocks, stop, usage, faults, pace",
  )
  expect(() => answer(text('x'), anything({ usage: 'none' }))).toThrow("usage is 'none', but it is 'normal' or 'missing' or 'late'")
  expect(() => answer(text('x'), anything({ pace: { chunkBytes: 0 } }))).toThrow('pace.chunkBytes is 0, but it is a whole number from 1')
  expect(() => answer(anything('x'))).toThrow("blocks is 'x', but it is a block or a list of blocks, e.g. text('Hello')")
  expect(() => rateLimited(anything({ retryafter: 7 }))).toThrow("The turn has no 'retryafter'. There are: type, status, errorType, code")
})

test.each([
  [{ type: 'answer', blocks: [text('x')], faults: { cut: 2 } }, 'faults.cut is 2'],
  [undefined, 'The scenario gave undefined, but a turn is an object'],
])('a turn that is written by hand is judged when it is played: %j', async (turn, message) => {
  simulator = await startSimulator({ scenario: () => anything(turn) })
  const response = await fetch(`${simulator.openaiBaseUrl}/chat/completions`, {
    method: 'POST',
    headers: openAiHeaders,
    body: JSON.stringify({ model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hi' }] }),
  })
  expect([response.status, await response.text()]).toEqual([500, expect.stringContaining(message)])
})
