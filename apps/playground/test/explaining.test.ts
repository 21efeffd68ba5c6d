/** Promises of what explains a session: costs, recoveries, the timeline, the tree, and letters that hide. */
import type { Envelope } from '@seamfold/core/kit'
import { callOf } from '@seamfold/core/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SessionPage, SessionSummary } from '../src/api/types.ts'
import { callIdOf } from '../src/state/facts.ts'
import { liveTail, type LiveRow } from '../src/state/live-tail.ts'
import { recoveryAt } from '../src/state/recovery.ts'
import { type Loaded, loadedOf, withFirst, withNext } from '../src/state/session-pages.ts'
import { sessionBranches } from '../src/state/session-tree.ts'
import { factRows, withLive, type Choice, type TimelineRow } from '../src/state/timeline.ts'
import { contextTokens, turnCosts } from '../src/state/turn-costs.ts'
import { visibleParts } from '../src/text/visible.ts'
import { factsOf, look, play } from './playing.ts'

const timeline = (facts: readonly Envelope[], live: readonly LiveRow[], choice: Choice): readonly TimelineRow[] =>
  withLive(factRows(facts, choice), { facts, live, choice })

test('costs have one entry for each turn that ended, whose tokens add up, and context is what the last turn held', async () => {
  const facts = factsOf(await play({ script: [[callOf('look')], 'Done.'], tools: [look] }))
  const costs = turnCosts(facts)
  expect(costs.map(({ turn, attempts }) => [turn, attempts])).toEqual([
    [1, 1],
    [2, 1],
  ])
  const usage = { input: 1, output: 20, cacheRead: 300, cacheWrite: 4_000, reasoning: 7 }
  const cached = facts.map((fact) => (fact.event.type === 'turn_end' ? { ...fact, event: { ...fact.event, usage } } : fact))
  expect(contextTokens(turnCosts(cached))).toBe(4_321)
  expect(contextTokens([])).toBe(0)
})

test('a recovery tells what was used again, and the fate of every call that was open', async () => {
  const script = [[callOf('look', {}, 'a'), callOf('look', {}, 'b'), callOf('look', {}, 'c')], 'Done.']
  const facts = factsOf(await play({ script, tools: [look] }))
  const isAbout = (fact: Envelope, ordinal: number): boolean => callIdOf(fact)?.endsWith(`.${ordinal}`) === true
  const end = facts.findIndex(({ event }) => event.type === 'turn_end')
  const calls = facts.filter((fact) => callIdOf(fact) !== undefined)
  const startOf = (ordinal: number) => calls.filter((fact) => isAbout(fact, ordinal) && fact.event.type === 'tool_execution_start')
  const endOf = (ordinal: number) => calls.filter((fact) => isAbout(fact, ordinal) && fact.event.type === 'tool_end')
  const claim: Envelope = {
    ...(facts[0] as Envelope),
    cursor: 'taken.over',
    event: { type: 'session_claimed', holder: 'h', fence: 2, attempt: 2 },
  }
  // The first call had ended, the second was under way, the third had not begun.
  const before = [...facts.slice(0, end + 1), ...startOf(0), ...endOf(0), ...startOf(1)]
  const after = [...startOf(1), ...endOf(1), ...startOf(2), ...endOf(2)]
  const recovery = recoveryAt([...before, claim, ...after], 'taken.over')
  expect(recovery).toMatchObject({ turns: 1, results: 1 })
  expect(recovery?.calls.map(({ fate }) => fate)).toEqual(['again', 'first'])
  const unknown = endOf(1).map((fact) => ({ ...fact, event: { ...fact.event, errorKind: 'unknown_outcome' } }) as Envelope)
  expect(recoveryAt([...before, claim, ...unknown], 'taken.over')?.calls.map(({ fate }) => fate)).toEqual(['unknown', 'open'])
  expect(recoveryAt([...before, claim, ...endOf(1)], 'taken.over')?.calls[0]?.fate).toBe('found')
})

describe('the timeline', () => {
  test('has every fact once, in order, and live events behind the fact after which they came', async () => {
    const envelopes = await play({ script: ['A longer answer, in pieces.'], tools: [] })
    const facts = factsOf(envelopes)
    const live = envelopes.reduce<readonly LiveRow[]>(liveTail, [])
    const rows = timeline(facts, live, { words: '', without: new Set() })
    expect(rows.flatMap((row) => (row.kind === 'fact' ? [row.key] : []))).toEqual(facts.map(({ cursor }) => cursor))
    const at = rows.findIndex(({ kind }) => kind === 'live')
    expect(at).toBeGreaterThan(0)
    expect(rows[at - 1]).toMatchObject({ kind: 'fact', envelope: { event: { type: 'turn_start' } } })
  })

  test('leaves out what is not chosen, by kind and by words', async () => {
    const facts = factsOf(await play({ script: [[callOf('look', { path: 'Needle' })], 'Done.'], tools: [look] }))
    const types = (choice: Parameters<typeof timeline>[2]) =>
      timeline(facts, [], choice).flatMap((row) => (row.kind === 'fact' ? [row.envelope.event.type] : []))
    expect(types({ words: '', without: new Set(['other', 'run', 'model']) })).toEqual(['tool_execution_start', 'tool_end'])
    expect(types({ words: ' needle ', without: new Set() })).toEqual(['turn_end', 'tool_execution_start'])
    expect(types({ words: 'nothing like it', without: new Set() })).toEqual([])
  })
})

test('live events keep the newest rows only, and pieces of one block are one row', () => {
  const delta = (block: number): Envelope => ({
    cursor: '1.x',
    durable: false,
    sessionId: 's',
    runId: 'r',
    timestamp: 1,
    event: { type: 'text_delta', turn: 1, attempt: 1, block, start: 0, text: 'abc' },
  })
  const rows = [delta(0), delta(0), delta(1)].reduce<readonly LiveRow[]>(liveTail, [])
  expect(rows.map(({ count, characters }) => [count, characters])).toEqual([
    [2, 6],
    [1, 3],
  ])
  const many = Array.from({ length: 2_000 }, (_, block) => delta(block)).reduce<readonly LiveRow[]>(liveTail, [])
  expect(many).toHaveLength(300)
  expect(many.at(-1)?.sequence).toBe(2_000)
})

test('the tree of sessions has every session once, each fork right under its origin', () => {
  const summary = (id: string, parent?: string): SessionSummary =>
    ({
      id,
      title: `about ${id}`,
      status: 'completed',
      ...(parent === undefined ? {} : { parent: { id: parent, cursor: '' } }),
    }) as SessionSummary
  const sessions = [summary('c', 'b'), summary('a'), summary('b', 'a'), summary('lost', 'deleted'), summary('d', 'a')]
  const shown = sessionBranches(sessions).map(({ session, depth }) => `${depth} ${session.id}`)
  expect(shown).toEqual(['0 a', '1 b', '2 c', '1 d', '0 lost'])
})

describe('letters that hide', () => {
  test('are shown, and nothing is left out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = visibleParts(text)
        const back = shown.map((part) =>
          part.escaped ? String.fromCodePoint(Number.parseInt(/[0-9a-f]+/.exec(part.text.slice(2))?.[0] ?? '', 16)) : part.text,
        )
        expect(back.join('')).toBe(text)
      }),
    )
  })

  test('are those that turn text around, take no room, or pass for a space', () => {
    const hidden = ['\u202e', '\u200b', '\u2066', '\u00ad', '\ufeff', '\u00a0', '\u001b', '\r', '\u{e0041}', '\u2028']
    for (const letter of hidden) expect(visibleParts(`a${letter}b`).map(({ escaped }) => escaped)).toEqual([false, true, false])
    expect(visibleParts('plain\n\ttext, Ünïcödé, 日本 ✓')).toHaveLength(1)
  })
})

describe('pages of sessions', () => {
  const page = (ids: string, next?: string): SessionPage => ({
    sessions: [...ids].map((id) => ({ id }) as SessionSummary),
    total: 99,
    children: 0,
    ...(next === undefined ? {} : { next }),
  })
  const names = ({ sessions }: Loaded): string => sessions.map(({ id }) => id).join('')

  test('become one list, in which what moved in between stands once', () => {
    const first = loadedOf(page('abcd', 'd'))
    const both = withNext(first, page('efbg', 'g'))
    expect([names(both), both.next]).toEqual(['acdefbg', 'g'])
  })

  test('keep what was loaded when the top is read again, without what was deleted', () => {
    const both = withNext(loadedOf(page('abcd', 'd')), page('efgh', 'h'))
    const moved = withFirst(both, page('gabc', 'c'))
    expect([names(moved), moved.next]).toEqual(['gabcdefh', 'h'])
    const deleted = withFirst(both, page('acde', 'e'))
    expect([names(deleted), deleted.next]).toEqual(['acdefgh', 'h'])
  })

  test('begin anew where nothing tells what stands behind the top', () => {
    const both = withNext(loadedOf(page('abcd', 'd')), page('efgh', 'h'))
    const others = withFirst(both, page('wxyz', 'z'))
    expect([names(others), others.next]).toEqual(['wxyz', 'z'])
    const few = withFirst(both, page('ab'))
    expect([names(few), few.next]).toEqual(['ab', undefined])
  })
})
