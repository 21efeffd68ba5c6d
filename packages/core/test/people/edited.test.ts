/** Edited arguments: what a person wrote is what runs; where it leads elsewhere than its words say, it is asked anew with what it would touch. */
import { describe, expect, test } from 'vitest'
import {
  type AgentOptions,
  type Answer,
  createAgent,
  jsonSchema,
  memoryStore,
  openSession,
  policy,
  type SessionView,
  tool,
} from '../../src/index.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { factsOf, read } from './scenes.ts'

/** A workspace in which names may be links to others. */
function scene(links: ReadonlyMap<string, string>, options: Partial<AgentOptions> = {}) {
  const wrote: string[] = []
  const write = tool<{ path: string }>({
    name: 'write',
    description: 'Writes.',
    input: jsonSchema({ type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }),
    access: ({ path }) => path.split(' ').map((each) => ({ kind: 'write', path: links.get(each) ?? each.replace(/^\.\//, '') })),
    effect: 'unsafe',
    execute: ({ path }) => `wrote ${wrote.push(path) && path}`,
  })
  const llm = scriptedLlm([[callOf('write', { path: 'a' })], 'done'])
  const store = memoryStore()
  const permissions = policy({ rules: [{ ask: { tool: 'write' } }, { deny: { path: 'secret' } }] })
  const agent = createAgent({ llm, tools: [write], store, permissions, ...options })
  const answerBy = async (view: Pick<SessionView, 'answer' | 'waitingFor'>, given: Answer) => {
    const [request] = await view.waitingFor()
    return view.answer(request?.requestId ?? '', given)
  }
  const answer = async (given: Answer) => answerBy(await openSession(store, 's'), given)
  const answerHere = async (given: Answer) => answerBy(await agent.session({ id: 's' }), given)
  const go = async () => {
    const session = await agent.session({ id: 's' })
    const run = (await session.resume()) ?? (await session.send('go'))
    return run.result
  }
  return { wrote, llm, answer, answerBy, answerHere, go, store, tools: [write], view: () => openSession(store, 's') }
}

describe('an edited call that leads elsewhere by a link', () => {
  test('is asked again with what it would touch, and runs when that is approved', async () => {
    const links = new Map<string, string>()
    const { go, answer, wrote, llm, view } = scene(links)
    await go()
    await answer({ decision: 'approve', input: { path: 'b' }, by: 'ann' })
    links.set('b', 'elsewhere/c')
    expect(await go()).toMatchObject({
      status: 'suspended',
      waitingFor: [{ args: { path: 'b' }, accesses: [{ kind: 'write', path: 'elsewhere/c' }] }],
    })
    expect(wrote).toEqual([])
    await answer({ decision: 'approve' })
    expect((await go()).status).toBe('completed')
    expect([wrote, read(llm)]).toEqual([['b'], ['wrote b']])
    expect(await factsOf(await view(), 'confirmation_required')).toHaveLength(2)
  })

  test('is asked again once more when the link moves before that is answered', async () => {
    const links = new Map<string, string>()
    const { go, answer, wrote } = scene(links)
    await go()
    await answer({ decision: 'approve', input: { path: 'b' } })
    links.set('b', 'elsewhere/c')
    await go()
    await answer({ decision: 'approve' })
    links.set('b', 'elsewhere/d')
    expect(await go()).toMatchObject({ status: 'suspended', waitingFor: [{ accesses: [{ path: 'elsewhere/d' }] }] })
    expect(wrote).toEqual([])
  })

  test('is refused where the policy denies what it leads to', async () => {
    const { go, answer, wrote, llm } = scene(new Map([['b', 'secret']]))
    await go()
    await answer({ decision: 'approve', input: { path: 'b' } })
    expect((await go()).status).toBe('completed')
    expect([wrote, read(llm)]).toEqual([[], [expect.stringContaining('the policy denies it')]])
  })

  test('is asked again in place too', async () => {
    const asked: unknown[] = []
    const { go, wrote } = scene(new Map([['b', 'elsewhere/c']]), {
      confirm: async ({ args, accesses }) => {
        asked.push([args, accesses])
        return asked.length === 1 ? { decision: 'approve', input: { path: 'b' } } : { decision: 'reject' }
      },
    })
    expect((await go()).status).toBe('completed')
    expect(asked).toEqual([
      [{ path: 'a' }, [{ kind: 'write', path: 'a' }]],
      [{ path: 'b' }, [{ kind: 'write', path: 'elsewhere/c' }]],
    ])
    expect(wrote).toEqual([])
  })
})

describe('what an edited call would touch is looked up as it is edited, where the tools are known:', () => {
  test.each<[string, (known: ReturnType<typeof scene>) => Promise<boolean>]>([
    ['by the session', async ({ answerHere }) => answerHere({ decision: 'approve', input: { path: 'b a' } })],
    [
      'by a view that has them',
      async ({ store, tools, answerBy }) =>
        answerBy(await openSession(store, 's', { tools }), { decision: 'approve', input: { path: 'b a' } }),
    ],
    [
      'by whoever edits',
      async ({ answer }) =>
        answer({ decision: 'approve', input: { path: 'b a' }, accesses: ['b', 'a'].map((path) => ({ kind: 'write', path })) }),
    ],
  ])('%s, and a link that is put there before it runs asks again, wherever it leads', async (_, edit) => {
    const links = new Map<string, string>()
    const known = scene(links)
    await known.go()
    await edit(known)
    links.set('b', 'a') // a word of the arguments, and shown
    expect(await known.go()).toMatchObject({
      status: 'suspended',
      waitingFor: [{ args: { path: 'b a' }, accesses: [{ path: 'a' }, { path: 'a' }] }],
    })
    expect(known.wrote).toEqual([])
    await known.answer({ decision: 'approve' })
    expect((await known.go()).status).toBe('completed')
    expect(known.wrote).toEqual(['b a'])
  })

  test('without a link it is not asked again', async () => {
    const { go, answerHere, wrote, view } = scene(new Map())
    await go()
    await answerHere({ decision: 'approve', input: { path: 'c' } })
    expect((await go()).status).toBe('completed')
    expect(wrote).toEqual(['c'])
    expect(await factsOf(await view(), 'confirmation_received')).toMatchObject([{ accesses: [{ kind: 'write', path: 'c' }] }])
  })

  test.each([['nonsense'], [{ length: 1 }], [[7, null]], [[{ kind: 'write' }]]])(
    'what is no such thing, %j, asks again',
    async (accesses) => {
      const { go, wrote, store } = scene(new Map())
      await go()
      const [request] = await (await openSession(store, 's')).waitingFor()
      const entry = { v: 1, type: 'answer', requestId: request?.requestId, answer: { decision: 'approve', input: { path: 'b' }, accesses } }
      await store.append('inbox/s', [JSON.stringify(entry)], { expected: 0 })
      expect(await go()).toMatchObject({ status: 'suspended', waitingFor: [{ args: { path: 'b' } }] })
      expect(wrote).toEqual([])
    },
  )
})

test.each([['b'], ['./b'], ['b c/d'], ['b a'], ['a']])(
  'an edited call that touches what its words say, %j, is not asked again',
  async (path) => {
    const { go, answer, wrote } = scene(new Map())
    await go()
    await answer({ decision: 'approve', input: { path } })
    expect((await go()).status).toBe('completed')
    expect(wrote).toEqual([path])
  },
)

test('what was shown before it was edited may be touched by other words', async () => {
  const { go, answer, wrote } = scene(new Map([['b', 'a']]))
  await go()
  await answer({ decision: 'approve', input: { path: 'b' } })
  expect((await go()).status).toBe('completed')
  expect(wrote).toEqual(['b'])
})
