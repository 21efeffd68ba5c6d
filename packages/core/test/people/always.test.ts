/** "Always in this session": rules in the journal, which hold in any process, and never over a denial. */
import { describe, expect, test } from 'vitest'
import { alwaysRules, openSession, policy, type Rule } from '../../src/index.ts'
import type { WaitingFor } from '../../src/kit.ts'
import { callOf } from '../../src/testing.ts'
import { desk, factsOf } from './scenes.ts'

const write = (path: string) => [callOf('write', { path })]

async function allowed(script: Parameters<typeof desk>[0], always?: readonly Rule[]) {
  const scene = desk(script)
  const session = await scene.agent.session({ id: 's' })
  await (
    await session.send('go')
  ).result
  const [request] = await session.waitingFor()
  if (request === undefined) throw new Error('nothing waits')
  const rules = always ?? alwaysRules(request)?.rules ?? []
  await (await openSession(scene.store, 's')).answer(request.requestId, { decision: 'approve', always: rules, by: 'ann' })
  return { ...scene, session, request }
}

describe('what a person allows for the session', () => {
  test('is said before it is chosen, stands in the journal with who said so, and is not asked for again', async () => {
    const { session, wrote, request } = await allowed([write('a'), write('b'), 'done', write('c'), 'done'])
    expect(alwaysRules(request)).toEqual({ rules: [{ allow: { access: 'write', path: '**' } }], words: 'edits in this workspace' })
    await (await session.resume())?.completed()
    await (await session.send('more')).completed()
    expect(wrote).toEqual(['a', 'b', 'c'])
    const facts = await factsOf(session, 'confirmation_required', 'confirmation_received')
    expect(facts).toMatchObject([{}, { always: [{ allow: { access: 'write', path: '**' } }], by: 'ann' }])
    expect((await session.state()).rules).toEqual([{ allow: { access: 'write', path: '**' } }])
  })

  test('holds for an agent without a policy of its own, and for nothing else', async () => {
    const scene = desk([write('a'), write('b'), [callOf('write', { path: '/c' })], 'done'], { bare: true })
    const session = await scene.agent.session({ id: 's' })
    await (
      await session.send('go')
    ).result
    const [request] = await session.waitingFor()
    await session.answer(request?.requestId ?? '', { decision: 'approve', always: alwaysRules(request as WaitingFor)?.rules ?? [] })
    expect(await (await session.resume())?.result).toMatchObject({ status: 'suspended', waitingFor: [{ args: { path: '/c' } }] })
    expect(scene.wrote).toEqual(['a', 'b'])
  })

  test('holds in another process', async () => {
    const { session, store, agent } = await allowed([write('a'), 'done'])
    await (await session.resume())?.completed()
    await agent.close()
    const other = desk([write('b'), 'done'], { store })
    await (await (await other.agent.session({ id: 's' })).send('more')).completed()
    expect(other.wrote).toEqual(['b'])
  })

  test('lifts no denial', async () => {
    const { session, wrote } = await allowed(
      [write('a'), write('secret/b'), 'done'],
      [{ allow: { tool: 'write' } }, { allow: { path: '**' } }],
    )
    await (await session.resume())?.completed()
    expect(wrote).toEqual(['a'])
    expect(await factsOf(session, 'permission_denied')).toHaveLength(1)
  })

  test.each(['fork', 'rewind'])('is left behind by a %s', async (how) => {
    const { session, wrote } = await allowed([write('a'), 'done', write('b'), 'done'])
    const before: string[] = []
    for await (const { cursor } of session.events({ follow: false })) before.push(cursor)
    await (await session.resume())?.completed()
    let branch = session
    if (how === 'fork') branch = await session.fork({ id: 't' })
    else {
      let last = ''
      for await (const { cursor } of session.events({ follow: false })) last = cursor
      await session.rewind({ to: last })
    }
    expect((await branch.state()).rules).toBeUndefined()
    expect(await (await branch.send('more')).result).toMatchObject({ status: 'suspended' })
    expect(wrote).toEqual(['a'])
  })

  test('and cannot be read allows nothing, and breaks nothing', async () => {
    const { session, wrote } = await allowed([write('a'), write('b'), 'done'], [{ allow: { nonsense: 1 } as never }, { allow: {} }])
    expect(await (await session.resume())?.result).toMatchObject({ status: 'suspended' })
    expect(wrote).toEqual(['a'])
  })

  test('comes only with an answer that counts', async () => {
    const scene = desk([write('a'), write('b'), 'done'])
    const session = await scene.agent.session({ id: 's' })
    await (
      await session.send('go')
    ).result
    const id = (await session.waitingFor())[0]?.requestId ?? ''
    await session.answer(id, { decision: 'reject' })
    expect(await session.answer(id, { decision: 'approve', always: [{ allow: { tool: '*' } }] })).toBe(false)
    expect(await (await session.resume())?.result).toMatchObject({ status: 'suspended' })
    expect((await session.state()).rules).toBeUndefined()
  })
})

describe('rules for calls like one', () => {
  const of = (accesses: Parameters<typeof alwaysRules>[0]['accesses']) => alwaysRules({ toolName: 'bash', kind: 'confirmation', accesses })

  test.each([
    [[{ kind: 'exec', command: 'npm  test', commands: ['npm test'] }], "'npm test'"],
    [[{ kind: 'exec', command: 'a && b', commands: ['a', 'b'] }], "'a', 'b'"],
    [[{ kind: 'write', path: '/etc/a' }], 'writing /etc/a'],
    [[{ kind: 'net', host: 'example.com' }], 'example.com'],
    [[{ kind: 'other' }], 'the tool bash'],
  ] as const)('of %j: %s', (accesses, words) => {
    const like = of(accesses)
    expect(like?.words).toBe(words)
    const judged = policy({ default: 'ask' }).judge({ tool: 'bash', accesses, sessionRules: like?.rules ?? [] })
    expect(judged.decision).toBe('allow')
  })

  test.each([
    [[{ kind: 'exec', command: 'x $(y)', undecided: 'it is computed' }]],
    [[{ kind: 'exec', command: 'rm *', commands: ['rm *'] }]],
    [[{ kind: 'write', path: '/a/*' }]],
    [[{ kind: 'net', host: '*' }]],
    [[]],
  ] as const)('of %j cannot be said safely', (accesses) => {
    expect(of(accesses)).toBeUndefined()
  })
})
