/** A person decides about a call whose end nobody saw: it is never run again unasked, and never twice for one answer. */
import { describe, expect, test } from 'vitest'
import {
  type AgentOptions,
  askUser,
  askWhenUnknown,
  createAgent,
  type Envelope,
  memoryLeases,
  memoryStore,
  openSession,
  policy,
  type Session,
  tool,
  type Tool,
  type ToolOptions,
} from '../../src/index.ts'
import type { ProbeAnswer } from '../../src/kit.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { factsOf } from '../session/sessions.ts'

const ALLOW = policy({ default: 'allow' })
const QUESTION = { kind: 'confirmation', toolName: 'pay', reason: expect.stringMatching(/^Nobody knows whether this call/) as string }

/** One store, and processes that come and go. The first one calls `pay` and is gone in the middle of it. */
function world(options: Partial<ToolOptions<unknown>> = {}) {
  const store = memoryStore()
  const keys: string[] = []
  const pay = (execute: ToolOptions<unknown>['execute']): Tool =>
    askWhenUnknown(
      tool({
        name: 'pay',
        description: 'Pays.',
        ...options,
        execute: (input, context) => {
          keys.push(context.idempotencyKey)
          return execute(input, context)
        },
      }),
    )
  const hang = pay(() => new Promise(() => {}))
  const works = pay(() => 'paid')
  const agent = (tools: readonly Tool[], more: Partial<AgentOptions> = {}) =>
    createAgent({ llm: scriptedLlm(['done']), store, tools, permissions: ALLOW, ...more })
  /** It begins `count` calls, the last of them for good. */
  const begin = async (more: Partial<AgentOptions> = {}): Promise<string> => {
    const run = await agent([hang], { llm: scriptedLlm([[callOf('pay')]]), ...more }).run('go')
    for await (const { event } of run) if (event.type === 'tool_execution_start') break
    return run.sessionId
  }
  const next = (id: string, tools: readonly Tool[] = [works], more: Partial<AgentOptions> = {}): Promise<Session> =>
    agent(tools, more).session({ id })
  const ends = async (id: string): Promise<readonly unknown[]> =>
    (await factsOf(await openSession(store, id))).map(({ event }: Envelope) => event).filter(({ type }) => type === 'tool_end')
  return { store, keys, hang, works, begin, next, ends }
}

describe('a call whose end nobody saw', () => {
  test('runs again under its key when a person approves that', async () => {
    const { begin, next, keys, ends } = world()
    const id = await begin()
    const asked: unknown[] = []
    const session = await next(id, undefined, { confirm: async (request) => (asked.push(request), { decision: 'approve' }) })
    expect(await (await session.resume())?.result).toMatchObject({ status: 'completed', text: 'done' })
    expect(asked).toMatchObject([QUESTION])
    expect(keys).toEqual([keys[0], keys[0]])
    expect(await ends(id)).toMatchObject([{ output: 'paid', isError: false }])
  })

  test('is told to the model as unknown when a person rejects that, with their words', async () => {
    const { begin, next, keys, ends } = world()
    const id = await begin()
    const session = await next(id, undefined, { confirm: async () => ({ decision: 'reject', message: 'the bank has it' }) })
    await (await session.resume())?.completed()
    expect(keys).toHaveLength(1)
    expect(await ends(id)).toMatchObject([{ errorKind: 'unknown_outcome', output: expect.stringContaining('the bank has it') as string }])
  })

  test('waits durably where nobody is here, for an answer from anywhere', async () => {
    const { store, begin, next, keys } = world()
    const id = await begin()
    const session = await next(id)
    const first = await (await session.resume())?.result
    expect(first).toMatchObject({ status: 'suspended', waitingFor: [QUESTION] })
    expect(keys).toHaveLength(1)
    const view = await openSession(store, id)
    expect(await view.answer((await view.waitingFor())[0]?.requestId ?? '', { decision: 'approve' })).toBe(true)
    const later = await next(id)
    expect(await (await later.resume())?.result).toMatchObject({ status: 'completed' })
    expect(keys).toEqual([keys[0], keys[0]])
  })

  test('is not run again because it was approved before it began, or before it began again', async () => {
    const { begin, next, keys, hang } = world()
    const permissions = policy({ default: 'ask' })
    const approve: AgentOptions['confirm'] = async () => ({ decision: 'approve' })
    const id = await begin({ permissions, confirm: approve })
    const second = await next(id, [hang], { permissions })
    expect(await (await second.resume())?.result).toMatchObject({ status: 'suspended', waitingFor: [QUESTION] })
    const third = await next(id, [hang], { permissions, confirm: approve })
    await third.resume()
    await expect.poll(() => keys.length).toBe(2)
    const fourth = await next(id, undefined, { permissions })
    expect(await (await fourth.resume())?.result).toMatchObject({ status: 'suspended', waitingFor: [QUESTION] })
    expect(keys).toHaveLength(2)
  })

  test('does not run with other arguments than it began with', async () => {
    const { begin, next, keys, ends } = world()
    const id = await begin()
    const session = await next(id, undefined, { confirm: async () => ({ decision: 'approve', input: { to: 'eve' } }) })
    await (await session.resume())?.completed()
    expect(keys).toHaveLength(1)
    expect(await ends(id)).toMatchObject([{ errorKind: 'unknown_outcome', output: expect.stringContaining('cannot be changed') as string }])
  })

  test('is asked about beside what the policy asks anew, since it touches something else now', async () => {
    let path = 'a'
    const { begin, next, keys } = world({ access: () => [{ kind: 'write', path }] })
    const permissions = policy({ default: 'ask' })
    const reasons: (string | undefined)[] = []
    const confirm: AgentOptions['confirm'] = async ({ reason }) => (reasons.push(reason), { decision: 'approve' })
    const id = await begin({ permissions, confirm })
    path = 'b'
    await (await (await next(id, undefined, { permissions, confirm })).resume())?.completed()
    expect(reasons).toMatchObject([expect.anything(), expect.not.stringContaining('Nobody knows'), QUESTION.reason])
    expect(keys).toEqual([keys[0], keys[0]])
  })

  test('is nobody’s question when the policy denies it now', async () => {
    const { begin, next, keys, ends } = world()
    const id = await begin()
    const session = await next(id, undefined, { permissions: policy({ default: 'deny' }) })
    await (await session.resume())?.completed()
    expect(keys).toHaveLength(1)
    expect(await ends(id)).toMatchObject([{ errorKind: 'unknown_outcome' }])
  })
})

describe('nobody is asked', () => {
  const never: AgentOptions['confirm'] = () => Promise.reject(new Error('nobody may be asked'))

  test('about a call that the probe can tell of', async () => {
    const { begin, next, keys, ends } = world({ probe: async () => ({ state: 'done', result: 'it was paid' }) satisfies ProbeAnswer })
    const id = await begin()
    await (await (await next(id, undefined, { confirm: never })).resume())?.completed()
    expect([keys.length, await ends(id)]).toMatchObject([1, [{ output: 'it was paid' }]])
  })

  test('about one that certainly had not begun, while one whose starter may live is asked about', async () => {
    const probe = async (): Promise<ProbeAnswer> => ({ state: 'not_started' })
    const living = world({ probe })
    const waits = await living.next(await living.begin())
    expect(await (await waits.resume())?.result).toMatchObject({ status: 'suspended', waitingFor: [QUESTION] })
    expect(living.keys).toHaveLength(1)

    const gone = world({ probe })
    const leases = memoryLeases()
    const id = await gone.begin({ leases })
    await leases.release(`session/${id}`, (await leases.read(`session/${id}`))?.holder ?? '')
    await (await (await gone.next(id, undefined, { leases, confirm: never })).resume())?.completed()
    expect(gone.keys).toHaveLength(2)
  })

  test('about a call that may be made again', async () => {
    const { begin, next, keys } = world({ effect: 'keyed' })
    const id = await begin()
    await (await (await next(id, undefined, { confirm: never })).resume())?.completed()
    expect(keys).toEqual([keys[0], keys[0]])
  })
})

test('a tool that is made for its agent is refused', () => {
  expect(() => askWhenUnknown(askUser())).toThrow(/'ask_user' has its own way of going on/)
})
