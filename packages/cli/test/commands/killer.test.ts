/** The demo's agent dies in the middle of a call that may change something, and of no other. */
import type { Envelope } from '@seamfold/core/kit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createKiller } from '../../src/commands/killer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const event = (fact: object): Envelope => ({
  cursor: '',
  durable: true,
  sessionId: 's',
  runId: 'r',
  timestamp: 0,
  event: fact as Envelope['event'],
})

const start = (callId: string, effect: string, kind = 'exec'): Envelope =>
  event({
    type: 'tool_execution_start',
    callId,
    id: '',
    name: 'bash',
    args: {},
    attempt: 1,
    effect,
    idempotencyKey: '',
    accesses: [{ kind }],
  })

const end = (callId: string): Envelope => event({ type: 'tool_end', callId, id: '', name: 'bash', output: '', isError: false })

const strikes = (random: number): { killer: ReturnType<typeof createKiller>; strike: () => void; count: () => number } => {
  let count = 0
  return { killer: createKiller(() => random), strike: () => count++, count: () => count }
}

test('it passes over calls without effect', () => {
  const { killer, strike, count } = strikes(0)
  killer.see(start('1', 'none'), strike)
  vi.advanceTimersByTime(1000)
  expect([count(), killer.struck]).toEqual([0, undefined])
})

test('it strikes once, within the time of a call that may change something, and says how far that was', () => {
  const { killer, strike, count } = strikes(0.3)
  killer.see(start('1', 'unsafe'), strike)
  expect(count()).toBe(0)
  vi.advanceTimersByTime(80)
  expect(count()).toBe(1)
  expect(killer.struck).toBeGreaterThan(0)
  killer.see(start('2', 'unsafe'), strike)
  vi.advanceTimersByTime(1000)
  expect(count()).toBe(1)
})

test('a call that ends too soon passes its fate on to the next', () => {
  const { killer, strike, count } = strikes(0.3)
  killer.see(start('1', 'idempotent'), strike)
  killer.see(end('1'), strike)
  vi.advanceTimersByTime(1000)
  expect(count()).toBe(0)
  killer.see(start('2', 'unsafe'), strike)
  killer.see(end('1'), strike)
  vi.advanceTimersByTime(80)
  expect(count()).toBe(1)
})

test('which call it is, is chance', () => {
  for (const [random, calls] of [
    [0, 1],
    [0.5, 2],
    [0.99, 3],
  ] as const) {
    const { killer, strike, count } = strikes(random)
    for (let call = 1; call < calls; call++) killer.see(start(`${call}`, 'unsafe'), strike)
    vi.advanceTimersByTime(1000)
    expect(count()).toBe(0)
    killer.see(start('last', 'unsafe'), strike)
    vi.advanceTimersByTime(80)
    expect(count()).toBe(1)
  }
})

test('it strikes no more when it was stopped', () => {
  const { killer, strike, count } = strikes(0.3)
  killer.see(start('1', 'unsafe'), strike)
  killer.stop()
  vi.advanceTimersByTime(1000)
  expect(count()).toBe(0)
})
