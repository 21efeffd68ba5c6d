/** A ledger's promises one by one: waiting, shrinking, refusing, losing, and a log that stays cheap. */
import { describe, expect, test } from 'vitest'
import { budgetLedger, memoryLeases, memoryStore, readBudget } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { manualHost } from '../../src/testing.ts'
import { attemptOf, callOfTool, entriesOf, jumpingHost, never, tokenLedger } from './ledgers.ts'

/** Whoever was asked has come as far as it can. */
const inLine = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

describe('with others in flight, a call', () => {
  test('waits until they have come back, and then has all that it asked for', async () => {
    const ledger = tokenLedger(memoryStore(), { tokens: 1000 })
    await ledger.reserve(attemptOf('a', 100, 700), never)
    const second = ledger.reserve(attemptOf('b', 100, 700, 10), never)
    await inLine()
    await ledger.settle('a', { tokens: 120, turns: 1 })
    expect(await second).toMatchObject({ type: 'reserved', output: 700 })
  })

  test('waits for those of another process too', async () => {
    const store = memoryStore()
    const [here, there] = [tokenLedger(store, { tokens: 1000 }), tokenLedger(store, { tokens: 1000 })]
    await there.reserve(attemptOf('a', 100, 700), never)
    const second = here.reserve(attemptOf('b', 100, 700, 10), never)
    await inLine()
    await there.settle('a', { tokens: 120 })
    expect(await second).toMatchObject({ type: 'reserved', output: 700 })
  })

  test('takes less where their coming back does not let it have all', async () => {
    const ledger = tokenLedger(memoryStore(), { tokens: 1000 })
    await ledger.reserve(attemptOf('a', 100, 700), never)
    const second = ledger.reserve(attemptOf('b', 100, 2000, 10), never)
    await inLine()
    await ledger.settle('a', { tokens: 500 })
    expect(await second).toMatchObject({ type: 'reserved', output: 400 })
  })

  test('is refused only when none of them can help', async () => {
    const ledger = tokenLedger(memoryStore(), { tokens: 1000 })
    await ledger.reserve(attemptOf('a', 100, 700), never)
    const second = ledger.reserve(attemptOf('b', 100, 700, 300), never)
    await inLine()
    await ledger.settle('a', { tokens: 800 })
    expect(await second).toEqual({ type: 'refused', resource: 'tokens', consumed: 800, limit: 1000, held: 0 })
    expect(await ledger.reserve(attemptOf('c', 5000, 10), never)).toMatchObject({ type: 'refused' })
  })

  test('takes less when it has waited for as long as its patience lasts', async () => {
    const ledger = tokenLedger(memoryStore(), { tokens: 1000, host: jumpingHost(), patienceMs: 5000 })
    await ledger.reserve(attemptOf('a', 100, 500), never)
    expect(await ledger.reserve(attemptOf('b', 100, 700, 10), never)).toMatchObject({ type: 'reserved', output: 300 })
  })

  test('is not passed by those that came later', async () => {
    const ledger = tokenLedger(memoryStore(), { tokens: 1000, host: jumpingHost(), patienceMs: 1e9 })
    await ledger.reserve(attemptOf('a', 100, 500), never)
    const order: string[] = []
    const big = ledger.reserve(attemptOf('big', 100, 900), never).then(() => order.push('big'))
    await inLine()
    const small = ledger.reserve(attemptOf('small', 10, 10), never).then(() => order.push('small'))
    await inLine()
    await inLine()
    await ledger.release('a')
    await big
    await ledger.release('big')
    await small
    expect(order).toEqual(['big', 'small'])
  })

  test('stops waiting when its signal fires, with the reason, and lets the next one through', async () => {
    const ledger = tokenLedger(memoryStore(), { tokens: 1000 })
    await ledger.reserve(attemptOf('a', 100, 500), never)
    const control = new AbortController()
    const first = ledger.reserve(attemptOf('b', 100, 900), { signal: control.signal })
    await inLine()
    const second = ledger.reserve(attemptOf('c', 100, 100), never)
    await inLine()
    const reason = new Error('enough')
    control.abort(reason)
    await expect(first).rejects.toBe(reason)
    expect(await second).toMatchObject({ type: 'reserved' })
  })

  test('does not wait for tool calls that began: they are spent', async () => {
    const ledger = budgetLedger(memoryStore(), { root: 'root', limits: { toolCalls: 1 } })
    expect(await ledger.reserve(callOfTool('a'), never)).toMatchObject({ type: 'reserved' })
    expect(await ledger.reserve(callOfTool('b'), never)).toMatchObject({ type: 'refused', resource: 'toolCalls', held: 1 })
  })
})

describe('what a dead process held', () => {
  test('counts at its worst when its lease is over, exactly once, whoever notices', async () => {
    const store = memoryStore()
    const host = manualHost()
    const leases = memoryLeases({ clock: host.clock })
    const options = { tokens: 1000, leases, host }
    await tokenLedger(store, options).reserve(attemptOf('a', 100, 300), never)
    // Nobody renews the lease of the first one: its process is gone.
    const [one, two] = [tokenLedger(store, options), tokenLedger(store, options)]
    expect(await Promise.all([one.settleLost(), two.settleLost()])).toEqual([0, 0])
    const gone = memoryLeases({ clock: host.clock })
    const later = { tokens: 1000, leases: gone, host }
    const counts = await Promise.all([tokenLedger(store, later).settleLost(), tokenLedger(store, later).settleLost()])
    expect(counts[0] + counts[1]).toBe(1)
    expect(await one.snapshot()).toMatchObject({ used: { tokens: 400 }, reservations: [], lost: { count: 1, amount: { tokens: 400 } } })
  })

  test('counts at its worst after a while where no lease tells', async () => {
    const host = manualHost()
    const store = memoryStore()
    await tokenLedger(store, { tokens: 1000, host }).reserve(attemptOf('a', 100, 300), never)
    const ledger = tokenLedger(store, { tokens: 1000, host })
    await host.clock.advance(599_999)
    expect(await ledger.settleLost()).toBe(0)
    await host.clock.advance(1)
    expect(await ledger.settleLost()).toBe(1)
  })

  test('lets who waits for it go on', async () => {
    const store = memoryStore()
    const host = jumpingHost()
    const leases = memoryLeases({ clock: host.clock })
    await tokenLedger(store, { tokens: 1000, leases, host }).reserve(attemptOf('a', 100, 300), never)
    const ledger = tokenLedger(store, { tokens: 1000, leases, host, patienceMs: 1e9 })
    expect(await ledger.reserve(attemptOf('b', 100, 600, 10), never)).toMatchObject({ output: 500 })
  })

  test('may be settled by it all the same if it lives, and then changes nothing', async () => {
    const store = memoryStore()
    const ledger = tokenLedger(store, { tokens: 1000 })
    await ledger.reserve(attemptOf('a', 100, 300), never)
    await tokenLedger(store, { tokens: 1000 }).lose('a')
    await ledger.settle('a', { tokens: 7 })
    expect(await ledger.snapshot()).toMatchObject({ used: { tokens: 400 }, lost: { count: 1 } })
  })
})

describe('settling', () => {
  test('as nothing is for whoever set it aside, not for one whose try somebody took over', async () => {
    const store = memoryStore()
    const [before, heir] = [tokenLedger(store, { tokens: 1000 }), tokenLedger(store, { tokens: 1000 })]
    await before.reserve(attemptOf('a', 100, 700), never)
    await heir.reserve(attemptOf('a', 100, 700), never)
    await before.release('a')
    expect((await heir.snapshot()).held.tokens).toBe(800)
    await heir.settle('a', { tokens: 500, turns: 1 })
    expect((await heir.snapshot()).used.tokens).toBe(500)
  })

  test('twice, or what was never set aside, changes nothing', async () => {
    const store = memoryStore()
    const ledger = tokenLedger(store, { tokens: 1000 })
    await ledger.reserve(attemptOf('a', 100, 300), never)
    await Promise.all([ledger.settle('a', { tokens: 50 }), ledger.settle('a', { tokens: 50 }), ledger.lose('a'), ledger.release('b')])
    await ledger.settle('a', { tokens: 50 })
    expect((await ledger.snapshot()).used.tokens).toBe(50)
    expect((await entriesOf(store, 'root')).filter(({ type }) => type === 'settled')).toHaveLength(1)
  })

  test('for more than was set aside is an overrun that everybody can see', async () => {
    const ledger = tokenLedger(memoryStore(), { tokens: 1000 })
    await ledger.reserve(attemptOf('a', 100, 300), never)
    await ledger.settle('a', { tokens: 450 })
    const { used, overruns } = await ledger.snapshot()
    expect(used.tokens).toBe(450)
    expect(overruns).toMatchObject({ count: 1, amount: { tokens: 50 }, newest: [{ id: 'a', spender: 's', amount: { tokens: 50 } }] })
  })

  test('that the store does not take is done with whatever comes next', async () => {
    const store = memoryStore()
    let broken = false
    const failing: SessionStore = {
      ...store,
      append: (...given) => (broken ? Promise.reject(new Error('disk full')) : store.append(...given)),
    }
    const ledger = tokenLedger(failing, { tokens: 1000 })
    await ledger.reserve(attemptOf('a', 100, 700), never)
    broken = true
    await expect(ledger.settle('a', { tokens: 10 })).rejects.toThrow('disk full')
    broken = false
    expect(await ledger.reserve(attemptOf('b', 100, 800), never)).toMatchObject({ type: 'reserved' })
    expect((await readBudget(store, 'root'))?.used.tokens).toBe(10)
  })
})

describe('the log', () => {
  test('is not read for what only adds, and never left unread for what would be refused, waited for or looked at', async () => {
    const store = memoryStore()
    let reads = 0
    const counting: SessionStore = { ...store, read: (...given) => (reads++, store.read(...given)) }
    const host = jumpingHost()
    const [here, there] = [counting, store].map((each) => tokenLedger(each, { tokens: 1000, host }))
    await here?.reserve(attemptOf('first', 100, 0), never)
    const opened = reads
    for (let index = 0; index < 5; index++) {
      await here?.settle(index === 0 ? 'first' : `h${index}`, { tokens: 10 })
      await here?.reserve(attemptOf(`h${index + 1}`, 100, 0), never)
    }
    expect(reads).toBe(opened)
    await there?.reserve(attemptOf('most', 800, 0), never)
    // It fits by what is known here, and not by what is there: 50 are used, 100 and 800 are set aside.
    const late = here?.reserve(attemptOf('late', 100, 0), never)
    await there?.release('most')
    expect(await late).toMatchObject({ type: 'reserved' })
    await there?.reserve(attemptOf('rest', 750, 0), never)
    expect((await here?.snapshot())?.held.tokens).toBe(950)
    await there?.release('rest')
    const now = host.clock.now()
    expect(await here?.reserve(attemptOf('now', 700, 0), never)).toMatchObject({ type: 'reserved' })
    expect(host.clock.now()).toBe(now) // at once: what was known here was not the newest
  })

  test('is read once, then only what is new, and a part of it at the most after 10,000 reservations', async () => {
    const store = memoryStore()
    let read = 0
    const counting: SessionStore = {
      ...store,
      async *read(...given) {
        for await (const record of store.read(...given)) {
          read++
          yield record
        }
      },
    }
    const ledger = tokenLedger(counting, { tokens: 1e9 })
    for (let round = 0; round < 100; round++) {
      const ids = Array.from({ length: 100 }, (_, index) => `${round}.${index}`)
      await Promise.all(ids.map((id) => ledger.reserve(attemptOf(id, 10, 10), never)))
      await Promise.all(ids.map((id) => ledger.settle(id, { tokens: 15 })))
    }
    expect(read).toBe(0) // its own records need no reading
    const other = tokenLedger(counting, { tokens: 1e9 })
    expect(await other.snapshot()).toMatchObject({ used: { tokens: 150_000 }, reservations: [] })
    expect(read).toBeLessThan(1300)
    read = 0
    await ledger.reserve(attemptOf('late', 10, 10), never)
    expect((await other.snapshot()).held.tokens).toBe(20)
    expect(read).toBeLessThanOrEqual(2) // one more where a part of the log begins
  })

  test('goes on where a process died between two parts of it', async () => {
    const store = memoryStore()
    let cut = false
    const cutting: SessionStore = {
      ...store,
      append: (key, records, options) =>
        cut && key.endsWith('/1') ? Promise.reject(new Error('killed')) : store.append(key, records, options),
    }
    const ledger = tokenLedger(cutting, { tokens: 1e9 })
    cut = true
    const ids = Array.from({ length: 500 }, (_, index) => `${index}`)
    await Promise.all(ids.map((id) => ledger.reserve(attemptOf(id, 10, 10), never)))
    await Promise.all(ids.map((id) => ledger.settle(id, { tokens: 15 })))
    await expect(ledger.reserve(attemptOf('x', 1, 1), never)).rejects.toThrow('killed')
    const [one, two] = [tokenLedger(store, { tokens: 1e9 }), tokenLedger(store, { tokens: 1e9 })]
    await Promise.all([one.reserve(attemptOf('y', 1, 1), never), two.reserve(attemptOf('z', 1, 1), never)])
    expect(await one.snapshot()).toMatchObject({ used: { tokens: 7500 }, held: { tokens: 4 } })
    expect(await two.snapshot()).toEqual(await one.snapshot())
  })

  test('that is damaged or newer is refused, never guessed at', async () => {
    for (const [record, code] of [
      ['{"v":1', 'store_corrupt'],
      ['[]', 'store_corrupt'],
      ['{"v":2,"signature":{},"entry":{"type":"reserved"}}', 'store_newer'],
      ['{"v":1,"signature":{},"entry":{"type":"given_back"}}', 'store_newer'],
    ] as const) {
      const store = memoryStore()
      await store.append('budget/root/0', [record], { expected: 0 })
      await expect(tokenLedger(store, { tokens: 10 }).snapshot()).rejects.toMatchObject({ code })
    }
  })

  test('of one root is no other root’s, whatever it is called', async () => {
    const store = memoryStore()
    for (const root of ['a', 'a/b', 'a%2Fb', 'ü 😀']) {
      const ledger = budgetLedger(store, { root, limits: { tokens: 100 } })
      await ledger.reserve(attemptOf(root, 10, 10), never)
      expect((await readBudget(store, root))?.held.tokens).toBe(20)
    }
    expect(await readBudget(store, 'b')).toBeUndefined()
  })
})
