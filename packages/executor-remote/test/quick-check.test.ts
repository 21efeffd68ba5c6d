/** What is known at a glance is what the schemas take: no frame gets in by the quick way that would not by the other. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callerFrame, workerFrame } from '../src/protocol/frames.ts'
import { quickCaller, quickWorker } from '../src/protocol/quick-check.ts'
import { eventOf, outcomeOf, specOf } from './support/steps.ts'

type Fields = Record<string, unknown>

const spec = specOf('step')
const frames = {
  execute: {
    seq: 1,
    type: 'execute',
    id: 'id',
    spec: { ...spec, parentSessionId: 'parent', sessionId: 'own', parentCallId: 'call' },
    events: true,
  },
  ack: { type: 'ack', received: 7 },
  event: { seq: 2, type: 'event', id: 'id', envelope: eventOf(spec, 1) },
  outcome: { seq: 3, type: 'outcome', id: 'id', outcome: { ...outcomeOf(spec, 'done'), code: 'timeout', cost: 0.5 } },
} as const

/** What JSON can hold, and what stands at the borders of what is taken. */
const anything = fc.oneof(
  fc.constantFrom<unknown>('', 'completed', 'suspended', 'ack', 'x'.repeat(201), 0, -1, 0.5, 2 ** 53, Infinity, NaN, null, [], {}, true),
  fc.jsonValue(),
)

/** The paths to every field, the nested ones too. */
const pathsOf = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...pathsOf(inner, [...path, key])])
    : []

const optional = [
  ['spec', 'maxSteps'],
  ['spec', 'sessionId'],
  ['spec', 'parentCallId'],
  ['spec', 'answers'],
  ['spec', 'authority'],
  ['spec', 'outputSchema'],
  ['skipped'],
  ['outcome', 'waitingFor'],
  ['outcome', 'cost'],
  ['more'],
]

type Change = { readonly value: unknown; readonly gone: boolean }

function changed(frame: Fields, [key = '', ...rest]: readonly string[], change: Change): Fields {
  if (rest.length > 0) {
    const inner = frame[key]
    return typeof inner === 'object' && inner !== null ? { ...frame, [key]: changed({ ...inner }, rest, change) } : frame
  }
  const { [key]: _old, ...others } = frame
  return change.gone ? others : { ...others, [key]: change.value }
}

const nearly = fc.constantFrom<Fields>(...Object.values(frames)).chain((frame) => {
  const path = fc.constantFrom(...pathsOf(frame), ...optional)
  const change = fc.record({ path, value: anything, gone: fc.boolean() })
  return fc.array(change, { maxLength: 3 }).map((changes) => changes.reduce((now, { path: at, ...how }) => changed(now, at, how), frame))
})

describe('a frame that is known at a glance', () => {
  test('is one that the schema takes, whatever was changed in it', () => {
    fc.assert(
      fc.property(nearly, (frame) => {
        expect(quickCaller(frame) && callerFrame.safeParse(frame).error).toBeFalsy()
        expect(quickWorker(frame) && workerFrame.safeParse(frame).error).toBeFalsy()
      }),
      { numRuns: 5000 },
    )
  })

  test('is each frame of a step as it is usually sent', () => {
    expect([quickCaller(frames.execute), quickCaller(frames.ack)]).toEqual([true, true])
    expect([quickWorker(frames.event), quickWorker(frames.outcome), quickWorker(frames.ack)]).toEqual([true, true, true])
  })
})
