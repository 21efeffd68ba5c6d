/** Whatever is taken, lost and acknowledged: each message gets through once, in order, and nothing is kept for longer. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isTooDeep, MAX_DEPTH } from '../src/protocol/decode.ts'
import { Outbox } from '../src/protocol/outbox.ts'

const action = fc.oneof(
  fc.record({ do: fc.constant('push' as const), count: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ do: fc.constant('take' as const), bytes: fc.integer({ min: 0, max: 50 }) }),
  fc.record({ do: fc.constant('acknowledge' as const) }),
  fc.record({ do: fc.constant('reconnect' as const), lost: fc.integer({ min: 0, max: 20 }) }),
)

test('an outbox delivers each message once, in order, over any connections', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const outbox = new Outbox()
      let pushed = 0
      const arrived: string[] = []
      /** On the way on this connection. */
      let flight: string[] = []
      let known = 0
      const accepted: boolean[] = []
      for (const next of actions) {
        if (next.do === 'push') for (let count = 0; count < next.count; count++) outbox.push(String(++pushed), String(pushed).length)
        else if (next.do === 'take') flight.push(...outbox.take(next.bytes))
        else if (next.do === 'acknowledge') {
          arrived.push(...flight.splice(0))
          known = arrived.length
          accepted.push(outbox.acknowledge(known))
        } else {
          arrived.push(...flight.slice(0, Math.max(0, flight.length - next.lost)))
          flight = []
          known = arrived.length
          accepted.push(outbox.rewind(known))
        }
        const kept = Array.from({ length: pushed - known }, (_, index) => String(known + index + 1))
        expect(outbox.bytes).toBe(kept.join('').length)
        expect([outbox.last, outbox.waiting]).toEqual([pushed, arrived.length + flight.length < pushed])
      }
      expect(accepted).not.toContain(false)
      while (outbox.waiting) flight.push(...outbox.take(1000))
      expect([...arrived, ...flight]).toEqual(Array.from({ length: pushed }, (_, index) => String(index + 1)))
    }),
  )
})

test('an outbox notices acknowledgements and resumptions that cannot be', () => {
  const outbox = new Outbox()
  for (const text of ['a', 'b', 'c']) outbox.push(text, 1)
  expect(outbox.acknowledge(1)).toBe(false)
  expect(outbox.take(2)).toEqual(['a', 'b'])
  expect(outbox.acknowledge(3)).toBe(false)
  expect(outbox.acknowledge(2)).toBe(true)
  expect(outbox.rewind(1)).toBe(false)
  expect(outbox.rewind(3)).toBe(false)
  expect(outbox.rewind(2)).toBe(true)
})

test('an outbox keeps nothing of what was acknowledged', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const outbox = new Outbox()
  collect()
  const before = process.memoryUsage().heapUsed
  for (let number = 0; number < 100; number++) outbox.push(Buffer.alloc(1_000_000, 65 + (number % 26)).toString('latin1'), 1_000_000)
  outbox.take(Infinity)
  outbox.acknowledge(100)
  collect()
  const after = process.memoryUsage().heapUsed
  expect(outbox.bytes).toBe(0)
  expect(after - before).toBeLessThan(20_000_000)
})

test('nesting is counted outside of strings only', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('[', '{', ']', '}', '"', '\\', 'a') }),
      fc.integer({ min: 1, max: 200 }),
      (text, depth) => {
        const nested = JSON.stringify({ text: text.repeat(20), list: JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown })
        expect(isTooDeep(nested)).toBe(depth + 1 > MAX_DEPTH)
      },
    ),
  )
})
