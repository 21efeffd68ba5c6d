/** The queue of tool calls: what conflicts takes turns in call order, and nothing else waits for anybody. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Access } from '../../src/index.ts'
import { AccessQueue, type Ticket } from '../../src/loop/access-queue.ts'
import { conflictsAny } from '../../src/model/access.ts'

const read = (path: string): Access => ({ kind: 'read', path })
const write = (path: string): Access => ({ kind: 'write', path })
const exec: Access = { kind: 'exec', command: 'make' }
const other: Access = { kind: 'other' }
const net: Access = { kind: 'net', host: 'example.com' }

const accesses = fc.array(fc.constantFrom(read('a'), read('a/b'), write('a'), write('a/b'), write('c'), exec, net, other), { maxLength: 2 })

/** A call as the test follows it. */
class Call {
  readonly touches: readonly Access[]
  readonly ticket: Ticket
  readonly parent: Call | undefined
  state: 'gated' | 'waiting' | 'running' | 'over' = 'gated'

  constructor(queue: AccessQueue, touches: readonly Access[], parent?: Call) {
    this.touches = touches
    this.parent = parent
    this.ticket = queue.enter(touches, parent?.ticket)
  }

  acquire(touches: readonly Access[] = this.touches): void {
    const turn = this.ticket.acquire(touches)
    this.state = turn === undefined ? 'running' : 'waiting'
    turn?.then(() => (this.state = 'running')).catch(() => {})
  }

  release(): void {
    this.state = 'over'
    this.ticket.release()
  }

  conflictsWith(call: Call): boolean {
    return call !== this && conflictsAny(this.touches, call.touches)
  }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await Promise.resolve()
}

describe('calls of one reply', () => {
  /** Moves one call at a time, as the numbers say, until all are over; looks at all of them after each move. */
  async function play(calls: readonly Call[], moves: Iterator<number>, look: (moved: Call) => void): Promise<void> {
    for (;;) {
      const movable = calls.filter(({ state }) => state === 'gated' || state === 'running')
      const call = movable[(moves.next().value ?? 0) % movable.length]
      if (call === undefined) break
      if (call.state === 'gated') call.acquire()
      else call.release()
      await settled()
      look(call)
    }
    expect(calls.map(({ state }) => state)).toEqual(calls.map(() => 'over'))
  }

  test(
    'never overlap where they conflict, run together up to the limit where they do not, and take turns in call order',
    { timeout: 30_000 },
    async () => {
      let together = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(accesses, { minLength: 1, maxLength: 12 }),
          fc.integer({ min: 1, max: 5 }),
          fc.infiniteStream(fc.nat(1000)),
          async (touched, limit, moves) => {
            const queue = new AccessQueue(limit)
            const calls = touched.map((touches) => new Call(queue, touches))
            const begun: Call[] = []
            await play(calls, moves, () => {
              const running = calls.filter(({ state }) => state === 'running')
              for (const call of running) if (!begun.includes(call)) begun.push(call)
              for (const call of running) expect(running.filter((each) => each.conflictsWith(call))).toEqual([])
              expect(running.length).toBeLessThanOrEqual(limit)
              together = Math.max(together, running.length)
              // Whoever still waits has a reason to.
              for (const [index, call] of calls.entries()) {
                const before = calls.slice(0, index).some((each) => each.state !== 'over' && each.conflictsWith(call))
                const reason = before || running.length === limit || running.some((each) => each.conflictsWith(call))
                expect(call.state !== 'waiting' || reason, 'waits for nothing').toBe(true)
              }
            })
            for (const [index, call] of begun.entries()) {
              const overtook = begun.slice(0, index).filter((each) => each.conflictsWith(call) && calls.indexOf(each) > calls.indexOf(call))
              expect(overtook).toEqual([])
            }
          },
        ),
        { numRuns: 500, examples: [[Array.from({ length: 8 }, () => []), 5, fc.stream([0, 1, 2, 3, 4].values())]] },
      )
      expect(together).toBe(5)
    },
  )

  test('give up their place when they are over before they ran', async () => {
    const queue = new AccessQueue(8)
    const [first, second, third] = [write('a'), write('a'), write('a')].map((access) => new Call(queue, [access]))
    second?.acquire()
    third?.acquire()
    expect([second?.state, third?.state]).toEqual(['waiting', 'waiting'])
    first?.release()
    await settled()
    expect([second?.state, third?.state]).toEqual(['running', 'waiting'])
    second?.release()
    second?.release()
    await settled()
    expect(third?.state).toBe('running')
    const fourth = new Call(queue, [write('a')])
    fourth.acquire()
    expect(fourth.state).toBe('waiting')
  })

  test('are judged by what they declare last', async () => {
    const queue = new AccessQueue(8)
    const [first, second] = [new Call(queue, [write('a')]), new Call(queue, [write('a')])]
    first.acquire([write('b')])
    second.acquire()
    expect([first.state, second.state]).toEqual(['running', 'running'])
  })

  test('keep their turn when they take it again', () => {
    const queue = new AccessQueue(1)
    const call = new Call(queue, [write('a')])
    call.acquire()
    call.acquire()
    expect(call.state).toBe('running')
  })

  test('run one at a time where the limit is nothing', async () => {
    const queue = new AccessQueue(0)
    const [first, second] = [new Call(queue, []), new Call(queue, [])]
    first.acquire()
    second.acquire()
    expect([first.state, second.state]).toEqual(['running', 'waiting'])
    first.release()
    await settled()
    expect(second.state).toBe('running')
  })
})

describe('calls that other calls make', () => {
  test('need no slot of their own, and do not wait for the call that made them', async () => {
    const queue = new AccessQueue(1)
    const outer = new Call(queue, [other])
    outer.acquire()
    const nested = new Call(queue, [write('a')], outer)
    nested.acquire()
    const deeper = new Call(queue, [write('a')], nested)
    deeper.acquire()
    expect([nested.state, deeper.state]).toEqual(['running', 'running'])
  })

  test('take turns among themselves', async () => {
    const queue = new AccessQueue(8)
    const outer = new Call(queue, [])
    outer.acquire()
    const [one, two, three] = [write('a'), write('a'), read('b')].map((access) => new Call(queue, [access], outer))
    for (const call of [one, two, three]) call?.acquire()
    expect([one?.state, two?.state, three?.state]).toEqual(['running', 'waiting', 'running'])
    one?.release()
    await settled()
    expect(two?.state).toBe('running')
  })

  test('wait for what runs, and not for what waits: whoever waits may be waiting for their own caller', async () => {
    const queue = new AccessQueue(8)
    const outer = new Call(queue, [write('a')])
    outer.acquire()
    const waiting = new Call(queue, [write('a'), write('b')])
    waiting.acquire()
    expect(waiting.state).toBe('waiting')
    const nested = new Call(queue, [write('b')], outer)
    nested.acquire()
    expect(nested.state).toBe('running')
  })

  test('do not let others in to what the call that made them touches', async () => {
    const queue = new AccessQueue(8)
    const outer = new Call(queue, [write('a')])
    outer.acquire()
    const later = new Call(queue, [write('a')])
    later.acquire()
    const nested = new Call(queue, [read('b')], outer)
    nested.acquire()
    new Call(queue, []).release() // whatever ends makes the queue look again
    await settled()
    expect([nested.state, later.state]).toEqual(['running', 'waiting'])
    nested.release()
    await settled()
    expect(later.state).toBe('waiting')
    outer.release()
    await settled()
    expect(later.state).toBe('running')
  })

  test('never hold each other up for good, and what does the work never overlaps where it conflicts', { timeout: 30_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ touches: accesses, nested: fc.array(accesses, { maxLength: 3 }) }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat(1000)),
        async (plans, limit, moves) => {
          const queue = new AccessQueue(limit)
          const tops = plans.map(({ touches, nested }) => ({ call: new Call(queue, touches), todo: [...nested], nested: nested.length }))
          const all = tops.map(({ call }) => call)
          const childrenOf = (call: Call): Call[] => all.filter(({ parent, state }) => parent === call && state !== 'over')
          for (let moved = 0; all.some(({ state }) => state !== 'over'); moved++) {
            expect(moved, 'stuck').toBeLessThan(500)
            const movable = all.filter((call) => call.state === 'gated' || (call.state === 'running' && childrenOf(call).length === 0))
            expect(movable.length, `all wait: ${all.map(({ state }) => state).join(', ')}`).toBeGreaterThan(0)
            const call = movable[(moves.next().value ?? 0) % movable.length] as Call
            const todo = tops.find((top) => top.call === call)?.todo
            const touches = call.state === 'running' ? todo?.shift() : undefined
            if (call.state === 'gated') call.acquire()
            else if (touches === undefined) call.release()
            else all.push(new Call(queue, touches, call))
            await settled()
            const running = all.filter(({ state }) => state === 'running')
            const leaves = running.filter((each) => !tops.some((top) => top.call === each && top.nested > 0))
            for (const leaf of leaves) expect(leaves.filter((each) => each.conflictsWith(leaf))).toEqual([])
            const outermost = running.filter(({ parent }) => parent === undefined)
            for (const top of outermost) expect(outermost.filter((each) => each.conflictsWith(top))).toEqual([])
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
