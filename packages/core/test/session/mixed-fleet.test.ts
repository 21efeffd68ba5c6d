/** An older and a newer build on one store: what need not be understood is kept, and what must be is refused before anything is written. */
import { describe, expect, test } from 'vitest'
import {
  checkRuns,
  createAgent,
  deleteSession,
  diffSessions,
  exportSession,
  forkSession,
  importSession,
  memoryStore,
  openSession,
  redactFacts,
  rewindSession,
  systemHost,
  verifySession,
} from '../../src/index.ts'
import { FACT_KINDS, type FactKind, upcast } from '../../src/journal/fact-types.ts'
import { decodeRecord } from '../../src/journal/record.ts'
import type { SessionStore } from '../../src/kit.ts'
import { scriptedLlm } from '../../src/testing.ts'
import { toJson } from '../corpus/journals.ts'
import { agentOn, collect, cursorOf, dump, factsOf, saidIn, say, stateOf, twoTurns } from './sessions.ts'

const host = systemHost()
const digest = (text: string): string => host.digest(text).slice(0, 32)

type NewerFact = { readonly type: string; readonly version?: number; readonly critical: boolean; readonly says?: string }

/** Appends what a newer build would: a good record, in its place in the chain, of a fact that this one does not know. */
async function appendNewer(store: SessionStore, id: string, { type, version = 1, critical, says = 'x' }: NewerFact): Promise<string> {
  const records = (await collect(store.read(`journal/${id}`))).map(({ record }) => record)
  const payload = JSON.stringify({ type, says })
  const p = digest(records.at(-1)?.split('\n')[0] ?? '')
  const start = JSON.stringify({ t: type, v: version, k: critical ? 1 : 0, run: '', at: 7, by: 'newer', p }).slice(0, -1)
  const head = `${start},"d":"${digest(`${start}\n${payload}`)}"}`
  await store.append(`journal/${id}`, [`${head}\n${payload}`], { expected: records.length })
  return `${head}\n${payload}`
}

describe('a fact that this build does not know and need not', () => {
  const note = { type: 'acme/note', critical: false } as const

  test('is passed over and survives whatever is done to the session', async () => {
    const { store, first, session } = await twoTurns()
    const record = await appendNewer(store, 's', note)
    expect(saidIn(await session.state())).toEqual(['1', 'one', '2', 'two'])
    const third = await say(session, '3')
    expect((await factsOf(session)).map(({ event }) => event.type)).not.toContain('acme/note')
    expect(await verifySession(store, 's')).toMatchObject({ records: (await session.state()).length })
    const to = memoryStore()
    await importSession(to, await collect(exportSession(store, 's')))
    expect(toJson(await stateOf(to, 's'))).toEqual(toJson(await stateOf(store, 's')))
    await forkSession(store, 's', { at: third, id: 'f' })
    expect((await diffSessions(store, 's', 'f')).shared.cursor).toBe(third)
    await rewindSession(store, 's', { to: first })
    for (const each of [store, to]) expect((await dump(each))['journal/s']).toContain(record)
    for (const id of ['s', 'f']) expect((await verifySession(store, id)).problem).toBeUndefined()
  })

  test('may be a newer version of one that it knows, and then is passed over too', async () => {
    const { store } = await twoTurns()
    await appendNewer(store, 's', { type: 'permission_denied', version: 2, critical: false })
    expect(saidIn(await stateOf(store, 's'))).toEqual(['1', 'one', '2', 'two'])
  })

  test('is not redacted by a build that does not know what of it is text', async () => {
    const { store } = await twoTurns()
    const record = await appendNewer(store, 's', note)
    const { length } = await stateOf(store, 's')
    const cursor = `${length - 1}.${digest(record.split('\n')[0] ?? '').slice(0, 12)}`
    await expect(redactFacts(store, 's', { at: [cursor] })).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})

describe.for([
  { name: 'a fact that must be understood', fact: { type: 'dreamt', critical: true } },
  { name: 'a newer version of a fact that must be understood', fact: { type: 'turn_end', version: 2, critical: true } },
] as const)('$name', ({ fact }) => {
  test('is refused by everything that reads the session, and nothing is written', async () => {
    const { store, first } = await twoTurns()
    const turn = await cursorOf(await openSession(store, 's'), 'turn_end')
    const lines = await collect(exportSession(store, 's'))
    await forkSession(store, 's', { at: first, id: 'f' })
    await appendNewer(store, 's', fact)
    const before = await dump(store)
    const attempts: readonly (() => Promise<unknown>)[] = [
      () => openSession(store, 's'),
      () => agentOn(store, ['x']).session({ id: 's' }),
      () => forkSession(store, 's', { id: 'g' }),
      () => rewindSession(store, 's', { to: first }),
      () => redactFacts(store, 's', { at: [turn] }),
      () => diffSessions(store, 'f', 's'),
      () => deleteSession(store, 's'),
      () => collect(exportSession(store, 's')),
    ]
    for (const attempt of attempts)
      await expect(attempt()).rejects.toMatchObject({ code: 'store_newer', message: expect.stringMatching(/Upgrade @seamfold\/core/) })
    expect(await dump(store)).toEqual(before)
    expect((await verifySession(store, 's')).problem?.message).toContain('Upgrade')
    // Its other branch ends before that fact, and goes on.
    await say(await agentOn(store, ['three']).session({ id: 'f' }), '3')
    await importSession(store, lines, { id: 'older' })
  })

  test('is refused by a session that was open before it was written', async () => {
    const { store, session } = await twoTurns()
    await appendNewer(store, 's', fact)
    const before = await dump(store)
    await expect(session.send('3')).rejects.toMatchObject({ code: 'store_newer' })
    await expect(session.resume()).rejects.toMatchObject({ code: 'store_newer' })
    expect(await dump(store)).toEqual(before)
    expect(await collect(checkRuns(store, { llm: scriptedLlm([]) }))).toEqual([])
  })
})

test('a run of one build goes on in another that knows more, and in one that knows less but enough', async () => {
  const store = memoryStore()
  const session = await createAgent({ llm: scriptedLlm(['one']), store }).session({ id: 's' })
  await say(session, '1')
  await appendNewer(store, 's', { type: 'acme/seen', critical: false })
  await say(await agentOn(store, ['two']).session({ id: 's' }), '2')
  await appendNewer(store, 's', { type: 'acme/seen', critical: false })
  expect(saidIn(await session.state())).toEqual(['1', 'one', '2', 'two'])
})

describe('a fact of an older version', () => {
  /** As if `permission_denied` had once called its reason `why`, and before that had none. */
  const kinds: Readonly<Record<string, FactKind>> = {
    ...FACT_KINDS,
    permission_denied: {
      version: 3,
      critical: false,
      upcasts: [
        (older: object) => ({ ...older, why: 'it was not said' }),
        ({ why, ...older }: { why: string }) => ({ ...older, reason: why }),
      ],
    },
  }
  const decoded = (version: number, payload: object): unknown => {
    const head = JSON.stringify({ t: 'permission_denied', v: version, k: 0, run: '', at: 0, by: '', p: '', d: '' })
    return decodeRecord(`${head}\n${JSON.stringify(payload)}`, 0, { host, key: 'journal/s', kinds }).fact
  }

  test('is brought up to this one step by step, from wherever it stands', () => {
    expect(decoded(1, { type: 'permission_denied', callId: '1' })).toEqual({
      type: 'permission_denied',
      callId: '1',
      reason: 'it was not said',
    })
    expect(decoded(2, { type: 'permission_denied', why: 'no' })).toEqual({ type: 'permission_denied', reason: 'no' })
    expect(decoded(3, { type: 'permission_denied', reason: 'no' })).toEqual({ type: 'permission_denied', reason: 'no' })
    expect(decoded(4, { type: 'permission_denied', because: 'no' })).toBeUndefined()
  })

  test('has a step for every version there was', () => {
    for (const [type, { version, upcasts = [] }] of Object.entries(FACT_KINDS)) expect([type, upcasts.length]).toEqual([type, version - 1])
    expect(upcast({ type: 'agent_start' }, 1, FACT_KINDS.agent_start)).toEqual({ type: 'agent_start' })
    // Nothing told means nothing now, and did not then.
    const start = FACT_KINDS.tool_execution_start
    expect(upcast({ type: 'tool_execution_start' }, 1, start)).toEqual({ type: 'tool_execution_start', gates: 'unrecorded' })
    expect(upcast({ type: 'tool_execution_start' }, 2, start)).toEqual({ type: 'tool_execution_start' })
  })
})
