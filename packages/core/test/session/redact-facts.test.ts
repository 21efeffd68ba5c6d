/** A redacted fact says nothing of what it said, anywhere in the store, and everything else goes on as before. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createAgent,
  deleteSession,
  failed,
  forkSession,
  memoryLeases,
  memoryStore,
  openSession,
  recordedFacts,
  redactFacts,
  rewindSession,
  tool,
  verifySession,
} from '../../src/index.ts'
import { FACT_KINDS } from '../../src/journal/fact-types.ts'
import { canScrub } from '../../src/journal/scrub.ts'
import type { Json, SessionStore } from '../../src/kit.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { toJson } from '../corpus/journals.ts'
import { agentOn, change, collect, cursorOf, dump, factsOf, look, saidIn, say, stateOf, twoTurns } from './sessions.ts'
import { factWith, inStore, redactAll, SECRET } from './secrets.ts'

/** One session in which every fact that can hold a secret does. */
async function secretive(): Promise<SessionStore> {
  const store = memoryStore()
  const leak = tool({
    name: 'leak',
    description: 'Leaks.',
    readOnly: true,
    execute: () =>
      failed(
        [
          { type: 'text', text: SECRET },
          { type: 'image', mediaType: 'image/png', data: SECRET },
        ],
        { metadata: { key: SECRET } },
      ),
  })
  const llm = scriptedLlm([
    [
      { type: 'reasoning', text: SECRET, origin: { provider: 'p', model: 'm' }, state: { signature: SECRET } },
      callOf('leak', { key: [SECRET] }),
      callOf('change', { key: SECRET }),
    ],
    [{ type: 'text', text: SECRET }, callOf('change', { key: SECRET })],
    `it is ${SECRET}`,
  ])
  const agent = createAgent({ llm, tools: [leak, look, change], store, instructions: `Keep ${SECRET}` })
  const session = await agent.session({ id: 's', metadata: { key: SECRET } })
  const run = await session.send([
    { type: 'text', text: SECRET },
    { type: 'image', mediaType: 'image/png', data: SECRET },
  ])
  await run.result
  for (const decision of [
    { decision: 'approve', input: { key: SECRET } },
    { decision: 'reject', message: SECRET },
  ] as const) {
    const [waiting] = await session.waitingFor()
    await session.answer(waiting?.requestId ?? '', decision)
    const again = await session.resume()
    if (decision.decision === 'approve') await session.steer(`hear ${SECRET}`).catch(() => undefined)
    await again?.result
  }
  return store
}

describe('redacting', () => {
  test('every fact that holds a secret leaves it nowhere in the store, and the session folds, verifies and goes on', async () => {
    const store = await secretive()
    const before = await stateOf(store, 's')
    const cursors = (await factsOf(await openSession(store, 's'))).map(({ cursor }) => cursor)
    const redacted = await redactAll(store)
    expect(await inStore(store)).toBe(0)
    expect(new Set(redacted)).toEqual(
      new Set([
        'session_created',
        'agent_start',
        'run_prepared',
        'turn_end',
        'tool_execution_start',
        'tool_end',
        'confirmation_required',
        'confirmation_received',
        'run_suspended',
        'message_injected',
        'agent_end',
      ]),
    )
    expect(await verifySession(store, 's')).toEqual({ records: cursors.length, redacted: redacted.length })
    expect((await factsOf(await openSession(store, 's'))).map(({ cursor }) => cursor)).toEqual(cursors)
    const after = await stateOf(store, 's')
    expect({ ...after.run, text: '' }).toMatchObject({ status: before.run?.status, turn: before.run?.turn, usage: before.run?.usage })
    expect(after.history.length).toBe(before.history.length)
    const session = await agentOn(store, ['all right']).session({ id: 's', create: false })
    await say(session, 'and now?')
    expect(saidIn(await stateOf(store, 's')).at(-1)).toBe('all right')
    expect((await verifySession(store, 's')).problem).toBeUndefined()
  })

  test('keeps the shape: only texts differ', async () => {
    const store = await secretive()
    const facts = await factsOf(await openSession(store, 's'))
    const shapeOf = (value: Json): Json => {
      if (typeof value === 'string') return value === '' ? '' : 'text'
      if (Array.isArray(value)) return value.map(shapeOf)
      if (typeof value !== 'object' || value === null) return value
      const { redacted: _, state: _state, artifact: _artifact, ...rest } = value as Record<string, Json>
      if (rest.type === 'image') return { type: 'text', text: 'text' }
      return Object.fromEntries(Object.entries(rest).map(([name, field]) => [name, shapeOf(field)]))
    }
    for (const { cursor, event } of facts) {
      const done = await redactFacts(store, 's', { at: [cursor], replacement: 'gone' }).catch((error: { code: string }) => error.code)
      if (done === 'invalid_argument') continue
      const now = (await factsOf(await openSession(store, 's'))).find((each) => each.cursor === cursor)
      expect(shapeOf({ ...now?.event })).toEqual(shapeOf({ ...event }))
      expect(now?.event).toMatchObject({ type: event.type, redacted: { digest: expect.any(String), at: expect.any(Number) } })
    }
  })

  test('is told from damage: a redacted record that is changed afterwards is reported', async () => {
    const { store, session } = await twoTurns()
    await redactFacts(store, 's', { at: [await cursorOf(session, 'turn_end')], replacement: 'hidden' })
    const records = (await dump(store))['journal/s'] ?? []
    const at = records.findIndex((record) => record.includes('hidden'))
    const record = records[at] ?? ''
    expect(await verifySession(store, 's')).toEqual({ records: records.length, redacted: 1 })
    const holds = fc.asyncProperty(fc.nat(record.length - 1), async (position) => {
      if (record[position] === '~') return
      const other = memoryStore()
      const changed = record.slice(0, position) + '~' + record.slice(position + 1)
      await other.append('journal/s', records.with(at, changed), { expected: 0 })
      const { problem } = await verifySession(other, 's')
      // A record's own header is vouched for by the record behind it.
      expect([at, at + 1]).toContain(problem?.offset)
    })
    await fc.assert(holds, { numRuns: 200 })
  })

  test('reaches what a fork shares, for its origin too, and what a rewinding left behind', async () => {
    const store = memoryStore()
    const session = await agentOn(store, ['one', `two ${SECRET}`]).session({ id: 's' })
    const first = await say(session, '1')
    await say(session, '2')
    await forkSession(store, 's', { id: 'f' })
    await rewindSession(store, 's', { to: first })
    expect(await factWith(store)).toBeUndefined()
    const recorded = await collect(recordedFacts(store, 's'))
    expect(recorded).toHaveLength((await verifySession(store, 's')).records)
    const secret = recorded.find(({ event }) => event.type === 'turn_end' && JSON.stringify(event).includes(SECRET))?.cursor ?? ''
    expect(await redactFacts(store, 's', { at: [secret] })).toEqual([{ type: 'turn_end', sessionId: 's', cursor: secret, artifacts: [] }])
    expect(saidIn(await stateOf(store, 'f')).at(-1)).toBe('[redacted]')
    for (const id of ['s', 'f']) expect(await verifySession(store, id)).toMatchObject({ redacted: 1 })
    const shared = await cursorOf(await openSession(store, 'f'), 'agent_start')
    await deleteSession(store, 's')
    expect(await redactFacts(store, 'f', { at: [shared] })).toMatchObject([{ sessionId: 's' }])
    expect(saidIn(await stateOf(store, 'f'))[0]).toBe('[redacted]')
  })

  test('several facts at once, of a fork and of its origin, is all or nothing where one is refused', async () => {
    const { store } = await twoTurns()
    await forkSession(store, 's', { id: 'f' })
    const fork = await agentOn(store, ['three']).session({ id: 'f', create: false })
    const third = await say(fork, '3')
    const prompts = (await factsOf(fork)).flatMap(({ event, cursor }) => (event.type === 'agent_start' ? [cursor] : []))
    const before = await dump(store)
    const claimed = await cursorOf(fork, 'session_claimed')
    await expect(redactFacts(store, 'f', { at: [...prompts, claimed] })).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(await dump(store)).toEqual(before)
    const done = await redactFacts(store, 'f', { at: [...prompts, third, third] })
    expect(done.map(({ sessionId }) => sessionId)).toEqual(['s', 's', 'f', 'f'])
    expect(saidIn(await stateOf(store, 'f'))).toEqual(['[redacted]', 'one', '[redacted]', 'two', '[redacted]', 'three'])
    expect(await verifySession(store, 'f')).toMatchObject({ redacted: 4 })
    expect(await redactFacts(store, 'f', { at: [] })).toEqual([])
  })

  test('again replaces the replacement', async () => {
    const { store, session } = await twoTurns()
    const cursor = await cursorOf(session, 'turn_end')
    await redactFacts(store, 's', { at: [cursor] })
    await redactFacts(store, 's', { at: [cursor], replacement: 'by order of 17 May' })
    expect(saidIn(await stateOf(store, 's'))[1]).toBe('by order of 17 May')
    expect(await verifySession(store, 's')).toMatchObject({ redacted: 1 })
  })

  test('names the whole outputs that are kept elsewhere', async () => {
    const store = memoryStore()
    const long = tool({ name: 'long', description: 'Says much.', readOnly: true, execute: () => 'x'.repeat(500) })
    const agent = createAgent({ llm: scriptedLlm([[callOf('long')], 'done']), tools: [long], store, maxToolOutput: 100 })
    const session = await agent.session({ id: 's' })
    await say(session, 'go')
    const [done] = await redactFacts(store, 's', { at: [await cursorOf(session, 'tool_end')] })
    expect(Object.keys(await dump(store))).toContain(`blob/${done?.artifacts[0]}`)
    const end = (await factsOf(session)).find(({ event }) => event.type === 'tool_end')?.event
    expect(end).toMatchObject({ type: 'tool_end', output: '[redacted]', metadata: {} })
    expect(end).not.toHaveProperty('metadata.artifact')
  })
})

describe('redacting is refused', () => {
  test('for a cursor that is none, one of another branch, one beyond the end, and a fact without words', async () => {
    const { store, session, first } = await twoTurns()
    const before = await dump(store)
    await expect(redactFacts(store, 's', { at: ['x'] })).rejects.toMatchObject({ code: 'cursor_invalid' })
    await expect(redactFacts(store, 's', { at: ['999.0123456789ab'] })).rejects.toMatchObject({ code: 'cursor_invalid' })
    await expect(redactFacts(store, 's', { at: [`${first.split('.')[0]}.000000000000`] })).rejects.toMatchObject({
      code: 'cursor_diverged',
    })
    await expect(redactFacts(store, 's', { at: [await cursorOf(session, 'session_claimed')] })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('session_claimed'),
    })
    await expect(redactFacts(store, 'none', { at: [first] })).rejects.toMatchObject({ code: 'session_not_found' })
    expect(await dump(store)).toEqual(before)
  })

  test('while a call still works from the fact, and not before or after', async () => {
    const store = memoryStore()
    const session = await agentOn(store, [[callOf('look')], [callOf('change', { key: SECRET })], 'done']).session({ id: 's' })
    await (
      await session.send('go')
    ).result
    const [earlier, current] = [await cursorOf(session, 'turn_end'), await cursorOf(session, 'turn_end', 'last')]
    await redactFacts(store, 's', { at: [earlier] })
    for (const cursor of [current, await cursorOf(session, 'confirmation_required'), await cursorOf(session, 'run_suspended')])
      await expect(redactFacts(store, 's', { at: [cursor] })).rejects.toMatchObject({
        code: 'session_busy',
        message: expect.stringContaining('cancel it'),
      })
    await session.cancel()
    await redactFacts(store, 's', { at: [current] })
    expect(toJson(await stateOf(store, 's'))).toMatchObject({ run: { status: 'cancelled' } })
  })

  test('while somebody holds the session', async () => {
    const { store, session } = await twoTurns()
    const leases = memoryLeases()
    await leases.acquire('session/s', 'somebody', 30_000)
    const cursor = await cursorOf(session, 'turn_end')
    await expect(redactFacts(store, 's', { at: [cursor], leases })).rejects.toMatchObject({ code: 'session_held' })
    await leases.release('session/s', 'somebody')
    await redactFacts(store, 's', { at: [cursor], leases })
    expect(await leases.read('session/s')).toBeUndefined()
  })

  test('by a store that cannot replace a record, with the way out', async () => {
    const { store, session } = await twoTurns()
    const { replace: _, ...poor } = store
    await expect(redactFacts(poor, 's', { at: [await cursorOf(session, 'turn_end')] })).rejects.toMatchObject({ code: 'unsupported' })
  })
})

test('what says nothing goes on saying nothing', async () => {
  const store = memoryStore()
  const session = await agentOn(store, [[callOf('change')]]).session({ id: 's' })
  await (
    await session.send('go')
  ).result
  await session.cancel('enough')
  const before = saidIn(await session.state())
  await redactFacts(store, 's', { at: [await cursorOf(session, 'run_cancelled')] })
  expect((await factsOf(session)).find(({ event }) => event.type === 'run_cancelled')?.event).toMatchObject({
    reason: '[redacted]',
    text: '',
  })
  expect(saidIn(await stateOf(store, 's'))).toEqual(before)
})

test('every fact is either known to hold words or known to hold none', () => {
  const silent = Object.keys(FACT_KINDS).filter((type) => !canScrub(type))
  expect(silent).toEqual(['session_rewound', 'session_claimed', 'session_released'])
})
