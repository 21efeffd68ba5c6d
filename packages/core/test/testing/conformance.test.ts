/** Running a suite: known failures must still fail, ids must exist, and a card tells what a test run tells. */
import { describe, expect, test, vi } from 'vitest'
import { formatCards, runCard } from '../../src/testing/conformance-card.ts'
import { runConformance, type Candidate, type Suite } from '../../src/testing/conformance.ts'

type Number = { readonly value: number }

const suite: Suite<Number> = {
  seam: 'Number',
  cases: [
    { id: 'number.positive', title: 'is positive', run: async ({ value }) => refuse(value <= 0, `${value} is not positive`) },
    { id: 'number.even', title: 'is even', run: async ({ value }) => refuse(value % 2 !== 0, `${value} is not even`) },
    { id: 'number.huge', title: 'is huge', heavy: true, run: async ({ value }) => refuse(value < 1_000, `${value} is not huge`) },
  ],
}

function refuse(broken: boolean, words: string): void {
  if (broken) throw new Error(words)
}

/** Registers the suite with a runner that only notes what it is given, runs everything, and tells the outcome by title. */
const outcomes = async (candidate: Candidate<Number>): Promise<Record<string, string>> => {
  const registered: { name: string; body: () => Promise<void> }[] = []
  runConformance(suite, candidate, {
    describe: (_name, body) => body(),
    test: (name, body) => registered.push({ name, body }),
  })
  const told: Record<string, string> = {}
  for (const { name, body } of registered) {
    told[name] = await body().then(
      () => 'passed',
      (error: Error) => error.message,
    )
  }
  return told
}

describe('runConformance', () => {
  test('registers a test for each case, heavy ones only when asked', async () => {
    expect(await outcomes({ name: 'three', create: () => ({ value: 3 }) })).toEqual({
      'number.positive: is positive': 'passed',
      'number.even: is even': '3 is not even',
    })
    expect(await outcomes({ name: 'three', create: () => ({ value: 3 }), heavy: true })).toMatchObject({
      'number.huge: is huge': '3 is not huge',
    })
  })

  test('lets a known failure fail, and complains when it passes', async () => {
    const knownFailures = { 'number.even': 'odd by design' }
    const title = 'number.even: is even (known failure: odd by design)'
    expect(await outcomes({ name: 'three', create: () => ({ value: 3 }), knownFailures })).toMatchObject({ [title]: 'passed' })
    expect(await outcomes({ name: 'four', create: () => ({ value: 4 }), knownFailures })).toMatchObject({
      [title]: 'number.even passes now: remove it from knownFailures',
    })
  })

  test('complains about a known failure that no case has', async () => {
    const told = await outcomes({ name: 'three', create: () => ({ value: 4 }), knownFailures: { 'number.odd': 'typo', toString: 'trap' } })
    expect(told['knownFailures names only cases of the suite']).toContain('number.odd, toString')
    expect(told['number.even: is even']).toBe('passed')
  })

  test('gives each case a subject of its own and destroys it, also after a failure', async () => {
    const destroy = vi.fn<(subject: Number) => void>()
    let made = 0
    await outcomes({ name: 'counter', create: () => ({ value: ++made }), destroy })
    expect(destroy.mock.calls.map(([subject]) => subject.value)).toEqual([1, 2])
  })
})

describe('runCard', () => {
  test('tells each case’s outcome and why', async () => {
    const heard: unknown[] = []
    const onResult = (result: { readonly id: string }, count: number): unknown => heard.push([result.id, count])
    const card = await runCard(suite, { name: 'three', create: () => ({ value: 3 }) }, { onResult })
    expect(heard).toEqual(card.results.map(({ id }) => [id, 3]))
    expect(card).toEqual({
      seam: 'Number',
      name: 'three',
      passed: false,
      results: [
        { id: 'number.positive', title: 'is positive', status: 'passed' },
        { id: 'number.even', title: 'is even', status: 'failed', reason: '3 is not even' },
        { id: 'number.huge', title: 'is huge', status: 'skipped', reason: 'heavy, and not asked for' },
      ],
    })
  })

  test('counts a known failure that passes as failed, and refuses ids that no case has', async () => {
    const knownFailures = { 'number.even': 'odd by design' }
    const [three, four] = await Promise.all(
      [3, 4].map((value) => runCard(suite, { name: `${value}`, create: () => ({ value }), knownFailures })),
    )
    expect(three).toMatchObject({ passed: true, results: [{}, { status: 'known', reason: 'odd by design' }, {}] })
    expect(four).toMatchObject({
      passed: false,
      results: [{}, { status: 'failed', reason: 'passes now: remove it from knownFailures' }, {}],
    })
    await expect(runCard(suite, { name: '3', create: () => ({ value: 3 }), knownFailures: { typo: '' } })).rejects.toThrow(
      'Number has no such case',
    )
  })

  test('gives up on a case that hangs', async () => {
    const hanging: Suite<Number> = { seam: 'Number', cases: [{ id: 'number.ends', title: 'ends', run: () => new Promise(() => {}) }] }
    const card = await runCard(hanging, { name: 'one', create: () => ({ value: 1 }) }, { timeoutMs: 5 })
    expect(card.results).toMatchObject([{ status: 'failed', reason: 'still not done after 5 ms' }])
  })

  test('cards stand side by side in a table', async () => {
    const cards = [3, 4].map((value) =>
      runCard(suite, {
        name: `the ${value}`,
        create: () => ({ value }),
        ...(value === 3 ? { knownFailures: { 'number.even': 'odd' } } : {}),
      }),
    )
    expect(formatCards(await Promise.all(cards))).toBe(
      [
        '| Number | the 3 | the 4 |',
        '| --- | --- | --- |',
        '| `number.positive` is positive | ✓ | ✓ |',
        '| `number.even` is even | known | ✓ |',
        '| `number.huge` is huge | – | – |',
      ].join('\n'),
    )
    expect(formatCards([])).toBe('')
  })
})
