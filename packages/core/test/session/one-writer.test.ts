/** One writer: whoever else comes is told so, and nobody loses the session to a question. */
import { describe, expect, test } from 'vitest'
import { createAgent, memoryLeases, memoryStore, openSession, type Run, tool } from '../../src/index.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'

/** A tool that says when it has begun, and ends when it is told to. */
function gate(): {
  readonly wait: ReturnType<typeof tool>
  readonly begun: Promise<void>
  release(): void
  readonly stopped: Promise<unknown>
} {
  const begun = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const stopped = Promise.withResolvers<unknown>()
  const wait = tool({
    name: 'wait',
    description: 'Waits.',
    effect: 'unsafe',
    execute: async (_, { signal }) => {
      signal.addEventListener('abort', () => stopped.resolve(signal.reason), { once: true })
      begun.resolve()
      await Promise.race([released.promise, stopped.promise])
      return 'waited'
    },
  })
  return { wait, begun: begun.promise, release: () => released.resolve(), stopped: stopped.promise }
}

describe('a session that is held', () => {
  test('is steered, answered and cancelled from elsewhere without losing its holder', async () => {
    const store = memoryStore()
    const { wait, begun, release } = gate()
    const run = await createAgent({ llm: scriptedLlm([[callOf('wait')], 'done']), tools: [wait], store }).run('go')
    await begun
    const view = await openSession(store, run.sessionId)
    await view.steer('hurry up')
    release()
    expect(await run.completed()).toMatchObject({ text: 'done' })
    const facts: string[] = []
    for await (const { event } of view.events({ follow: false })) facts.push(event.type)
    expect(facts.filter((type) => type === 'session_claimed')).toHaveLength(1)
  })

  test('is refused to another process while its lease lives, saying by whom and until when', async () => {
    const host = manualHost()
    const store = memoryStore()
    const leases = memoryLeases({ clock: host.clock })
    const { wait, begun, release } = gate()
    const run = await createAgent({ llm: scriptedLlm([[callOf('wait')], 'done']), tools: [wait], store, leases, host }).run('go')
    await begun
    const other = createAgent({
      llm: scriptedLlm(['mine']),
      tools: [wait],
      store,
      leases,
      host: { ...host, id: (kind) => `other-${host.id(kind)}` },
    })
    const session = await other.session({ id: run.sessionId })
    await expect(session.resume()).rejects.toMatchObject({
      code: 'session_held',
      details: { holder: 'holder-1', expiresAt: host.clock.now() + 30_000 },
    })
    release()
    await run.completed()
  })

  test('is lost to whoever takes it over: its effects are stopped, and it writes nothing more', async () => {
    const store = memoryStore()
    const { wait, begun, stopped } = gate()
    const first: Run = await createAgent({ llm: scriptedLlm([[callOf('wait')], 'never']), tools: [wait], store }).run('go')
    await begun
    const second = await (
      await createAgent({ llm: scriptedLlm(['taken over']), tools: [wait], store }).session({ id: first.sessionId })
    ).resume()
    expect(await second?.completed()).toMatchObject({ text: 'taken over' })
    await first.steer('are you there?').catch(() => {})
    expect(await first.result).toMatchObject({ status: 'failed', error: { code: 'session_lost' } })
    expect(await stopped).toMatchObject({ code: 'session_lost' })
    const terminals: string[] = []
    for await (const { event } of (await openSession(store, first.sessionId)).events({ follow: false }))
      if (['agent_end', 'error', 'run_cancelled'].includes(event.type)) terminals.push(event.type)
    expect(terminals).toEqual(['agent_end'])
  })

  test('goes to exactly one of two that resume it at once', async () => {
    for (let round = 0; round < 40; round++) {
      const store = memoryStore()
      const ask = tool({
        name: 'ask',
        description: 'Asks.',
        access: () => [{ kind: 'write', path: 'a' }],
        effect: 'idempotent',
        execute: () => 'ok',
      })
      const start = await createAgent({ llm: scriptedLlm([[callOf('ask')]]), tools: [ask], store }).run('go')
      await start.result
      const view = await openSession(store, start.sessionId)
      await view.answer((await view.waitingFor())[0]?.requestId ?? '', { decision: 'approve' })
      const tries = await Promise.allSettled(
        ['a', 'b'].map(async (name) => {
          const session = await createAgent({ llm: scriptedLlm([name]), tools: [ask], store }).session({ id: start.sessionId })
          return (await (await session.resume())?.completed())?.text
        }),
      )
      const won = tries.filter((each) => each.status === 'fulfilled' && each.value !== undefined)
      expect(won.length).toBeGreaterThanOrEqual(1)
      let claims = 0
      for await (const { event } of view.events({ follow: false })) if (event.type === 'session_claimed') claims++
      expect(claims).toBe(2)
      const codes = tries.flatMap((each) => (each.status === 'rejected' ? [(each.reason as { code: string }).code] : []))
      expect(codes.filter((code) => code !== 'session_held')).toEqual([])
    }
  })
})

describe('a session of this process', () => {
  const quiet = tool({ name: 'quiet', description: 'x', readOnly: true, execute: () => '' })

  test('takes one run at a time, and the same send id is the same run', async () => {
    const agent = createAgent({ llm: scriptedLlm(['one', 'two']), tools: [quiet] })
    const session = await agent.session()
    const [first, again] = await Promise.all([session.send('a', { id: 'x' }), session.send('a', { id: 'x' })])
    expect(again.id).toBe(first.id)
    await expect(session.send('b')).rejects.toMatchObject({ code: 'session_busy' })
    await first.completed()
    expect((await session.send('a', { id: 'x' })).id).toBe(first.id)
    await expect(session.send('other words', { id: 'x' })).rejects.toMatchObject({ code: 'invalid_argument' })
    expect((await (await session.send('b')).completed()).text).toBe('two')
  })

  test('closes once and for all: what runs is cancelled, nothing new slips in, and another may be opened', async () => {
    const { wait, begun } = gate()
    const agent = createAgent({ llm: scriptedLlm([[callOf('wait')], 'later']), tools: [wait] })
    const session = await agent.session({ id: 's' })
    const run = await session.send('go')
    await begun
    expect(agent.listSessions()).toEqual(['s'])
    await Promise.all([agent.closeSession('s'), session.close()])
    expect(await run.result).toMatchObject({ status: 'cancelled' })
    await expect(session.send('more')).rejects.toMatchObject({ code: 'session_closed' })
    expect(agent.listSessions()).toEqual([])
    expect(await (await (await agent.session({ id: 's' })).send('more')).completed()).toMatchObject({ text: 'later' })
    await agent.close()
    await expect(agent.session({ id: 's' })).rejects.toMatchObject({ code: 'session_closed' })
  })
})
