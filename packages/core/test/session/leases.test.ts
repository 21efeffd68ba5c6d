/** Leases: who holds a session keeps it while it lives, and does nothing more once it may have lost it. */
import { describe, expect, test } from 'vitest'
import { type AgentOptions, createAgent, memoryLeases, memoryStore, openSession, policy, type Run, tool } from '../../src/index.ts'
import type { LeaseStore, ProbeAnswer } from '../../src/kit.ts'
import { callOf, type ManualHost, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect, pass } from '../middleware/runs.ts'

/** Two processes, one store, one clock. */
function world() {
  const host = manualHost()
  const store = memoryStore()
  const leases = memoryLeases({ clock: host.clock })
  const effects: string[] = []
  const stopped: unknown[] = []
  /** Takes so many seconds; says when it is told to stop. */
  const work = tool<{ name: string; seconds: number }>({
    name: 'work',
    description: 'Works.',
    effect: 'unsafe',
    timeoutMs: 0,
    execute: async ({ name, seconds }, { signal }) => {
      effects.push(name)
      await host.clock.sleep(seconds * 1000, { signal }).catch((error: unknown) => {
        stopped.push(error)
        throw error
      })
      return `${name} done`
    },
  })
  const agent = (replies: readonly ScriptedReply[], options: Partial<AgentOptions> = {}, name = 'first') =>
    createAgent({
      llm: scriptedLlm(replies),
      tools: [work],
      store,
      leases,
      host: { ...host, id: (kind) => `${name}-${host.id(kind)}` },
      permissions: policy({ default: 'allow' }),
      ...options,
    })
  const facts = async (run: Run) =>
    (await collect((await openSession(store, run.sessionId)).events({ follow: false }))).map(({ event }) => event)
  return { host, store, leases, effects, stopped, agent, facts }
}

const works = (...calls: readonly (readonly [string, number])[]) => calls.map(([name, seconds]) => callOf('work', { name, seconds }))

/** Leases of which one method is another. */
const having = (leases: LeaseStore, changed: Partial<LeaseStore>): LeaseStore => ({ ...leases, ...changed })

const ended = async (run: Run, host: ManualHost) => pass(run.result, host.clock, 1000)

test('a prompt for a session that another process works on is refused with who and until when', async () => {
  const { host, agent } = world()
  const run = await agent([works(['long', 10]), 'done']).run('go')
  await host.clock.advance(1000)
  const there = await agent([], {}, 'second').session({ id: run.sessionId })
  await expect(there.send('me too')).rejects.toMatchObject({
    code: 'session_held',
    message: expect.stringMatching(/is held by first-holder-1 until \d{4}-/) as string,
    details: { holder: 'first-holder-1' },
  })
  await ended(run, host)
  expect(await (await there.send('now?')).result).toMatchObject({ status: 'failed' }) // nothing is scripted: it was let in
})

describe('a lease', { timeout: 30_000 }, () => {
  test('is renewed for as long as a run works, and let go of when it ends', async () => {
    const { host, leases, agent } = world()
    const run = await agent([works(['long', 100]), 'done']).run('go')
    const key = `session/${run.sessionId}`
    for (let second = 0; second < 95; second += 5) {
      await host.clock.advance(5000)
      expect((await leases.read(key))?.holder).toBe('first-holder-1')
    }
    expect(await ended(run, host)).toMatchObject({ status: 'completed' })
    expect(await leases.read(key)).toBeUndefined()
    expect(host.clock.pending).toBe(0)
  })

  test('is let go of when a run waits, so that another process may go on with it', async () => {
    const { host, agent } = world()
    const permissions = policy({ default: 'ask' })
    const run = await agent([works(['a', 0])], { permissions }).run('go')
    await ended(run, host)
    const session = await agent(['done'], { permissions }, 'second').session({ id: run.sessionId })
    await session.answer((await session.waitingFor())[0]?.requestId ?? '', { decision: 'reject' })
    expect((await session.resume())?.id).toBe(run.id)
    await host.clock.advance(0)
    expect(await session.cancel()).toBe(false)
  })

  test('that a dead process left is taken over when it has run out, and the take-over is on record', async () => {
    const { host, leases, agent, facts, effects } = world()
    const dead = having(leases, { renew: () => Promise.reject(new Error('dead')), release: async () => {} })
    const run = await agent([works(['a', 1000])], { leases: dead }).run('go')
    await host.clock.advance(29_000)
    const session = await agent(['done'], {}, 'second').session({ id: run.sessionId })
    await expect(session.resume()).rejects.toMatchObject({ code: 'session_held', retryable: true })
    await host.clock.advance(1000)
    expect(await ended((await session.resume()) ?? run, host)).toMatchObject({ status: 'completed', text: 'done' })
    const claims = (await facts(run)).flatMap((event) =>
      event.type === 'session_claimed' ? [[event.holder, event.afterExpiry === true]] : [],
    )
    expect(claims).toEqual([
      ['first-holder-1', false],
      ['second-holder-3', true],
    ])
    expect(effects).toEqual(['a'])
  })

  test.each([
    ['may not run what seems not to have begun, while the one before may live', true, []],
    ['runs what had not begun, when the one before has let go', false, ['late']],
  ] as const)('whoever takes it over %s', async (_, expires, ran) => {
    const { host, leases, store } = world()
    const done: string[] = []
    const probe = async (): Promise<ProbeAnswer> => ({ state: 'not_started' })
    const once = (execute: () => unknown) => tool({ name: 'once', description: 'Does it once.', effect: 'unsafe', probe, execute })
    const common = { store, host, permissions: policy({ default: 'allow' }) }
    const quiet = having(leases, { renew: () => Promise.reject(new Error('dead')), ...(expires ? { release: async () => {} } : {}) })
    const hang = once(() => new Promise(() => {}))
    const run = await createAgent({ ...common, llm: scriptedLlm([[callOf('once')]]), tools: [hang], leases: quiet }).run('go')
    await host.clock.advance(0)
    if (!expires) await leases.release(`session/${run.sessionId}`, 'holder-1')
    await host.clock.advance(expires ? 30_000 : 0)
    const second = createAgent({ ...common, llm: scriptedLlm(['done']), tools: [once(() => done.push('late'))], leases })
    await pass((await (await second.session({ id: run.sessionId })).resume())?.result ?? run.result, host.clock)
    expect(done).toEqual(ran)
  })

  test('that cannot be asked for refuses the run, and nothing is claimed', async () => {
    const { agent, leases, store } = world()
    const broken = having(leases, { acquire: () => Promise.reject(new Error('no connection')) })
    await expect(agent(['never'], { leases: broken }).run('go')).rejects.toThrow('no connection')
    expect(await collect(store.keys({ prefix: 'journal/' }))).toEqual([])
    expect(await (await agent(['fine']).run('go')).completed()).toMatchObject({ text: 'fine' })
  })

  test('that cannot be let go of runs out by itself: the run has ended as it did', async () => {
    const { agent, leases } = world()
    const sticky = having(leases, { release: () => Promise.reject(new Error('no connection')) })
    expect(await (await agent(['fine'], { leases: sticky }).run('go')).completed()).toMatchObject({ text: 'fine' })
  })

  test('whose renewal is under way when the run ends is not renewed again', async () => {
    const { host, agent, leases } = world()
    const renewal = Promise.withResolvers<void>()
    let renewals = 0
    const slow = having(leases, {
      async renew(...args) {
        renewals++
        await renewal.promise
        return leases.renew(...args)
      },
      release: async () => {},
    })
    const run = await agent([works(['a', 11]), 'done'], { leases: slow }).run('go')
    await ended(run, host)
    renewal.resolve()
    await host.clock.advance(100_000)
    expect([renewals, host.clock.pending]).toEqual([1, 0])
  })
})

describe('a holder that loses its lease', { timeout: 30_000 }, () => {
  test('to another one stops what it does at once, writes nothing more, and says so', async () => {
    const { host, leases, agent, facts, stopped } = world()
    let gone = false
    const taken = having(leases, { renew: async (...args) => (gone ? undefined : leases.renew(...args)) })
    const run = await agent([works(['a', 1000]), 'never'], { leases: taken }).run('go')
    await host.clock.advance(15_000)
    gone = true
    const before = (await facts(run)).length
    expect(await ended(run, host)).toMatchObject({ status: 'failed', error: { code: 'session_lost' } })
    expect(stopped).toMatchObject([{ code: 'session_lost', message: expect.stringContaining('ran out before it could be renewed') }])
    expect(host.clock.now() - Date.UTC(2026, 0, 1)).toBeLessThanOrEqual(22_000)
    expect(await facts(run)).toHaveLength(before)
    expect(host.clock.pending).toBe(0)
  })

  test.each([
    ['fails', () => Promise.reject(new Error('no connection'))],
    ['never answers', () => new Promise<never>(() => {})],
  ])('because its renewal %s works until the lease is over, and not a moment longer', async (_, renew) => {
    const { host, leases, agent, stopped } = world()
    const run = await agent([works(['a', 1000]), 'never'], { leases: having(leases, { renew }) }).run('go')
    await host.clock.advance(29_999)
    expect(stopped).toEqual([])
    await host.clock.advance(1)
    expect(stopped).toMatchObject([{ code: 'session_lost' }])
    expect(await ended(run, host)).toMatchObject({ status: 'failed', error: { code: 'session_lost' } })
    expect(host.clock.pending).toBe(0)
  })

  test('is over a renewal that failed once', async () => {
    const { host, leases, agent } = world()
    let failures = 1
    const shaky = having(leases, { renew: (...args) => (failures-- > 0 ? Promise.reject(new Error('hiccup')) : leases.renew(...args)) })
    expect(await ended(await agent([works(['a', 100]), 'done'], { leases: shaky }).run('go'), host)).toMatchObject({ status: 'completed' })
  })

  test('begins no effect that the lease may not outlast', async () => {
    const { host, leases, agent, effects } = world()
    const failing = having(leases, { renew: () => Promise.reject(new Error('no connection')) })
    const run = await agent([works(['a', 24], ['b', 2], ['c', 1]), 'never'], { leases: failing }).run('go')
    expect(await ended(run, host)).toMatchObject({ status: 'failed', error: { code: 'session_lost' } })
    expect(effects).toEqual(['a', 'b']) // b began with six seconds left, c would have begun with four
  })

  test('asks no model either', async () => {
    const { host, leases, agent } = world()
    const failing = having(leases, { renew: () => Promise.reject(new Error('no connection')) })
    const llm = scriptedLlm([works(['a', 26]), 'never'])
    expect(await ended(await agent([], { llm, leases: failing }).run('go'), host)).toMatchObject({ error: { code: 'session_lost' } })
    expect(llm.requests).toHaveLength(1)
  })
})

describe('a call that its process was about to begin', () => {
  /** The first process stands still between the start in the journal and the effect; what the second one makes of it. */
  async function takenOver(leases: LeaseStore | undefined): Promise<readonly string[]> {
    const store = memoryStore()
    const effects: string[] = []
    const agentOf = (name: string, replies: readonly ScriptedReply[]) => {
      const charge = tool({
        name: 'charge',
        description: 'Charges.',
        effect: 'unsafe',
        probe: () => Promise.resolve({ state: 'not_started' } satisfies ProbeAnswer),
        execute: () => (name === 'first' ? new Promise(() => {}) : `charged ${effects.push(name)}`),
      })
      const others = leases === undefined ? {} : { leases }
      return createAgent({ llm: scriptedLlm(replies), tools: [charge], store, permissions: policy({ default: 'allow' }), ...others })
    }
    const run = await agentOf('first', [[callOf('charge')]]).run('go')
    for await (const { event } of run) if (event.type === 'tool_execution_start') break
    const session = await agentOf('second', ['done']).session({ id: run.sessionId })
    await (await session.resume())?.completed()
    return effects
  }

  test('is not done by another one while nobody can say whether it lives', async () => {
    expect(await takenOver(undefined)).toEqual([])
  })

  test('is done by another one when leases say that it is gone', async () => {
    const alone = memoryLeases()
    expect(
      await takenOver({
        ...alone,
        acquire: async (key, holder, ttlMs) => (
          await alone.release(key, (await alone.read(key))?.holder ?? ''),
          alone.acquire(key, holder, ttlMs)
        ),
      }),
    ).toEqual(['second'])
  })
})
