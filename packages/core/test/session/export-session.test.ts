/** An exported session comes back as it was, or not at all. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createAgent,
  deleteSession,
  exportSession,
  forkSession,
  importSession,
  memoryStore,
  openSession,
  redactFacts,
  rewindSession,
  storeBlobs,
  tool,
  verifySession,
  storedSessions,
  systemHost,
} from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, crashingStore, scriptedLlm } from '../../src/testing.ts'
import { toJson } from '../corpus/journals.ts'
import { agentOn, change, collect, cursorOf, dump, factsOf, look, saidIn, say, stateOf, twoTurns } from './sessions.ts'
import { encodeLine } from '../../src/journal/session-file.ts'

const exported = (store: SessionStore, id = 's'): Promise<string[]> => collect(exportSession(store, id))

const long = tool({ name: 'long', description: 'Says much.', readOnly: true, execute: () => 'x\ud83d'.repeat(400) })

/** A session with nearly everything: large outputs, a rewinding, an answer in the inbox, a run that waits. */
async function eventful(): Promise<SessionStore> {
  const store = memoryStore()
  const llm = scriptedLlm([[callOf('long')], 'one', 'left behind', [callOf('look'), callOf('change')], 'approved'])
  const session = await createAgent({ llm, tools: [look, change, long], store, maxToolOutput: 100 }).session({ id: 's' })
  const first = await say(session, '1')
  await say(session, '2')
  await session.rewind({ to: first })
  await (
    await session.send('3')
  ).result
  const [waiting] = await session.waitingFor()
  await (await openSession(store, 's')).answer(waiting?.requestId ?? '', { decision: 'approve', by: 'ann' })
  return store
}

describe('a session that is exported and imported', () => {
  test('folds to the same state, verifies, and has its blobs, its inbox and its open run', async () => {
    const from = await eventful()
    const to = memoryStore()
    const imported = await importSession(to, await exported(from))
    const run = (await stateOf(from, 's')).run?.id
    expect(imported).toMatchObject({ id: 's', openRun: run, missingBlobs: [] })
    expect(await dump(to)).toEqual(await dump(from))
    expect(toJson(await stateOf(to, 's'))).toEqual(toJson(await stateOf(from, 's')))
    expect(await verifySession(to, 's')).toEqual(await verifySession(from, 's'))
    expect(await exported(to)).toEqual(await exported(from))
    const agent = createAgent({ llm: scriptedLlm(['done']), tools: [look, change], store: to })
    expect(await collect(agent.unfinished())).toMatchObject([{ sessionId: 's', status: 'answered' }])
    expect(await (await (await agent.session({ id: 's' })).resume())?.completed()).toMatchObject({ text: 'done' })
  })

  test('may get another id, beside the first one', async () => {
    const { store } = await twoTurns()
    expect(await importSession(store, await exported(store), { id: 'copy' })).toMatchObject({ id: 'copy' })
    expect(toJson(await stateOf(store, 'copy'))).toEqual(toJson(await stateOf(store, 's')))
    await say(await agentOn(store, ['three']).session({ id: 'copy', create: false }), '3')
    expect(saidIn(await stateOf(store, 's'))).toEqual(['1', 'one', '2', 'two'])
  })

  test('is whole although it was a fork of a fork of a session that was rewound, before and after', async () => {
    const { store, first, session } = await twoTurns()
    await rewindSession(store, 's', { to: first })
    const third = await say(session, '3')
    await forkSession(store, 's', { at: third, id: 'f' })
    await rewindSession(store, 's', { to: first })
    const fork = await agentOn(store, ['four', 'five']).session({ id: 'f', create: false })
    const fourth = await say(fork, '4')
    await forkSession(store, 'f', { at: fourth, id: 'g' })
    await say(fork, '5')
    await rewindSession(store, 'g', { to: third })
    for (const id of ['s', 'f', 'g']) {
      const to = memoryStore()
      await importSession(to, await exported(store, id))
      expect(toJson(await stateOf(to, id))).toEqual(toJson(await stateOf(store, id)))
      expect(await factsOf(await openSession(to, id))).toEqual(await factsOf(await openSession(store, id)))
      expect(await verifySession(to, id)).toEqual(await verifySession(store, id))
      expect(await exported(to, id)).toEqual(await exported(store, id))
      await deleteSession(to, id)
      expect(await dump(to)).toEqual({})
    }
    expect(saidIn(await stateOf(store, 'g'))).toEqual(['1', 'one', '3', 'three'])
  })

  test('keeps what was redacted, and facts of newer versions that may be skipped', async () => {
    const { store, session } = await twoTurns()
    await redactFacts(store, 's', { at: [await cursorOf(session, 'turn_end')], replacement: '[gone]' })
    const to = memoryStore()
    await importSession(to, await exported(store))
    expect(await verifySession(to, 's')).toMatchObject({ redacted: 1 })
    expect(saidIn(await stateOf(to, 's'))[1]).toBe('[gone]')
  })

  test('says which large outputs were not to be had', async () => {
    const from = await eventful()
    for await (const key of from.keys({ prefix: 'blob/' })) await from.delete(key)
    const { missingBlobs } = await importSession(memoryStore(), await exported(from))
    expect(missingBlobs).toHaveLength(1)
  })

  test('takes its blobs from and to where the agents keep them', async () => {
    const from = await eventful()
    const elsewhere = memoryStore()
    const to = memoryStore()
    await importSession(to, await exported(from), { blobs: storeBlobs(elsewhere) })
    expect(await collect(to.keys({ prefix: 'blob/' }))).toEqual([])
    expect(await collect(exportSession(to, 's', { blobs: storeBlobs(elsewhere) }))).toEqual(await exported(from))
  })
})

/** The record as a build that calls its fact so would have written it. */
function renamed(record: string, type: string): string {
  const [head = '', payload = ''] = record.split('\n')
  const start = head.slice(0, head.lastIndexOf(',"d":')).replace(/"t":"\w+"/, `"t":"${type}"`)
  return `${start},"d":"${systemHost().digest(`${start}\n${payload}`).slice(0, 32)}"}\n${payload}`
}

describe('an import is refused, and leaves nothing,', () => {
  /** Why it was refused, and what it left. */
  const refusal = async (lines: readonly string[]): Promise<{ code: unknown; message: string; left: string[] }> => {
    const store = memoryStore()
    const error: unknown = await importSession(store, lines).catch((thrown: unknown) => thrown)
    const { code, message } = error as { code?: unknown; message?: string }
    return { code, message: message ?? 'it was imported', left: Object.keys(await dump(store)) }
  }
  const refused = (code: string, words: RegExp): object => ({ code, message: expect.stringMatching(words), left: [] })

  test('when the id is taken, or was by a session whose forks still need it', async () => {
    const { store } = await twoTurns()
    const lines = await exported(store)
    await forkSession(store, 's', { id: 'f' })
    const before = await dump(store)
    await expect(importSession(store, lines)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining("'s' already"),
    })
    expect(await dump(store)).toEqual(before)
    await deleteSession(store, 's')
    await expect(importSession(store, lines)).rejects.toMatchObject({ code: 'invalid_argument' })
    const gone = memoryStore()
    await gone.append('deleted/s', ['deleted'], { expected: 0 }) // left by a deletion that was cut off at its very end
    await importSession(gone, lines)
    expect(await collect(storedSessions(gone))).toEqual(['s'])
  })

  test('when it is of a later format', async () => {
    const [head = '', ...rest] = await exported((await twoTurns()).store)
    expect(await refusal([head.replace('"format":1', '"format":2'), ...rest])).toEqual(refused('store_newer', /format 2.*up to 1.*Upgrade/))
  })

  test('when it holds a fact that this version does not know and must', async () => {
    const { store } = await twoTurns()
    const records = (await dump(store))['journal/s'] ?? []
    const newer = (await exported(store)).with(4, encodeLine({ type: 'record', record: renamed(records[3] ?? '', 'thought_of') }))
    expect(await refusal(newer)).toEqual(refused('store_newer', /thought_of.*Upgrade/))
  })

  test('when it was exported from a journal that is damaged', async () => {
    const { store } = await twoTurns()
    const records = (await dump(store))['journal/s'] ?? []
    const damaged = memoryStore()
    await damaged.append('journal/s', records.with(3, records[3]?.replace('"type"', '"x":1,"type"') ?? ''), { expected: 0 })
    expect(await refusal(await exported(damaged))).toEqual(refused('store_corrupt', /Line 5 .*the record is not the one that was written/))
    const shorter = memoryStore()
    await shorter.append('journal/s', records.toSpliced(3, 1), { expected: 0 })
    expect(await refusal(await exported(shorter))).toEqual(refused('store_corrupt', /Line 5 .*the chain is broken/))
  })

  test('when it was cut off, wherever', async () => {
    const lines = await exported(await eventful())
    for (let end = 0; end < lines.length; end++)
      expect(await refusal(lines.slice(0, end))).toEqual(refused('store_corrupt', end === 0 ? /no line/ : /cut off/))
    expect(await refusal([...lines, lines.at(-1) ?? ''])).toEqual(refused('store_corrupt', /behind the end/))
    expect(await refusal(lines.slice(1))).toEqual(refused('store_corrupt', /head must be the first/))
  })

  test('when a line is missing, doubled or moved', async () => {
    const lines = await exported(await eventful())
    for (let at = 1; at < lines.length - 1; at++) {
      expect(await refusal(lines.toSpliced(at, 1))).toEqual(refused('store_corrupt', /Line \d+ .* Nothing was imported/))
      expect(await refusal(lines.toSpliced(at, 0, lines[at] ?? ''))).toEqual(refused('store_corrupt', /Line \d+/))
    }
  })

  test('when any character of what was said has changed', async () => {
    const lines = await exported(await eventful())
    const text = lines.join('\n')
    const imported = async (given: readonly string[]): Promise<unknown> => {
      const store = memoryStore()
      await importSession(store, given)
      return dump(store)
    }
    const whole = JSON.stringify(await imported(lines))
    const holds = fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom('a', '7', '"', '}', '\n', ' '), async (at, letter) => {
      const changed = text.slice(0, at) + letter + text.slice(at + 1)
      const { code, left } = await refusal(changed.split('\n'))
      // The same letter again, or a blank that means nothing.
      if (code === undefined) return JSON.stringify(await imported(changed.split('\n'))) === whole
      return (code === 'store_corrupt' || code === 'store_newer') && left.length === 0
    })
    expect((await fc.check(holds, { numRuns: 400 })).counterexample).toBeNull()
  })

  test('when the store fails, at whichever append; and the same import goes through afterwards', async () => {
    const from = await eventful()
    const lines = await exported(from)
    for (const when of ['before', 'after'] as const) {
      for (let at = 1; at <= 5; at++) {
        const store = memoryStore()
        await expect(importSession(crashingStore(store, { at, when }), lines)).rejects.toMatchObject({ code: 'store_unavailable' })
        const committed = when === 'after' && at === 5
        expect('journal/s' in (await dump(store))).toBe(committed)
        if (committed) continue
        await importSession(store, lines)
        expect(await dump(store)).toEqual(await dump(from))
      }
    }
  })

  test('when something else was left under that id', async () => {
    const from = await eventful()
    const store = memoryStore()
    await store.append('inbox/s', ['{"type":"cancel","reason":"another"}'], { expected: 0 })
    await expect(importSession(store, await exported(from))).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining("deleteSession(store, 's')"),
    })
    expect(Object.keys(await dump(store)).filter((key) => !key.startsWith('blob/'))).toEqual(['inbox/s'])
    await deleteSession(store, 's')
    await importSession(store, await exported(from))
    expect(toJson(await stateOf(store, 's'))).toEqual(toJson(await stateOf(from, 's')))
  })
})
