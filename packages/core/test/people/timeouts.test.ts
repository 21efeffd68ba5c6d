/** Approvals with a deadline: it holds wherever the run is gone on with, and the first in the log wins. */
import { describe, expect, test } from 'vitest'
import { type Agent, createAgent, openSession, policy } from '../../src/index.ts'
import { scriptedLlm } from '../../src/testing.ts'
import { desk, factsOf, read } from './scenes.ts'
import { collect, pass } from '../middleware/runs.ts'

const minute = 60_000
const unfinishedOf = (agent: Agent) => collect(agent.unfinished())

describe('an approval that nobody gives in time', () => {
  test.each([
    ['reject', 'It was rejected: nobody answered in time', []],
    ['approve', 'wrote a', ['a']],
  ] as const)('is settled in place as the agent says: %s', async (action, words, wrote) => {
    const scene = desk(undefined, { confirm: () => new Promise(() => {}), confirmTimeout: { afterMs: minute, action } })
    const session = await scene.agent.session({ id: 's' })
    const run = await session.send('go')
    expect(await pass(run.completed(), scene.host.clock, 1000)).toMatchObject({ text: 'done' })
    expect([read(scene.llm), scene.wrote]).toEqual([[words], wrote])
    const facts = await factsOf(session, 'confirmation_required', 'confirmation_received', 'confirmation_timeout')
    expect(facts).toMatchObject([
      { type: 'confirmation_required', deadline: expect.any(Number), onDeadline: action },
      { type: 'confirmation_timeout', approved: action === 'approve' },
    ])
    expect(facts[1]).not.toHaveProperty('by')
  })

  test.each([
    ['reject', 'It was rejected: nobody answered in time', []],
    ['approve', 'wrote a', ['a']],
  ] as const)('is settled in place as the rule that asks says, whatever the agent says: %s', async (onTimeout, words, wrote) => {
    const scene = desk(undefined, {
      permissions: policy({ rules: [{ ask: { tool: 'write' }, timeoutMs: minute, onTimeout }] }),
      confirm: () => new Promise(() => {}),
      confirmTimeout: { afterMs: 1, action: 'suspend' },
    })
    const session = await scene.agent.session({ id: 's' })
    const run = await session.send('go')
    expect(await pass(run.completed(), scene.host.clock, 1000)).toMatchObject({ text: 'done' })
    expect([read(scene.llm), scene.wrote]).toEqual([[words], wrote])
    expect(await factsOf(session, 'confirmation_required')).toMatchObject([
      { onDeadline: onTimeout, rule: { rule: { ask: { tool: 'write' }, timeoutMs: minute, onTimeout } } },
    ])
  })

  test('suspends the run where the rule that asks says so', async () => {
    const scene = desk(undefined, {
      permissions: policy({ rules: [{ ask: { tool: 'write' }, timeoutMs: minute, onTimeout: 'suspend' }] }),
      confirm: () => new Promise(() => {}),
    })
    const session = await scene.agent.session({ id: 's' })
    const result = await pass((await session.send('go')).result, scene.host.clock, 1000)
    expect(result).toMatchObject({ status: 'suspended', waitingFor: [{ toolName: 'write' }] })
    expect((await session.waitingFor())[0]).not.toHaveProperty('deadline')
  })

  test('suspends the run where the agent says so, and then waits for as long as it takes', async () => {
    const scene = desk(undefined, { confirm: () => new Promise(() => {}), confirmTimeout: { afterMs: minute, action: 'suspend' } })
    const session = await scene.agent.session({ id: 's' })
    const result = await pass((await session.send('go')).result, scene.host.clock, 1000)
    expect(result).toMatchObject({ status: 'suspended', waitingFor: [{ toolName: 'write' }] })
    await scene.host.clock.advance(100 * minute)
    expect(await session.answer((await session.waitingFor())[0]?.requestId ?? '', { decision: 'approve' })).toBe(true)
    expect(await (await session.resume())?.completed()).toMatchObject({ text: 'done' })
    expect(scene.wrote).toEqual(['a'])
  })

  test('is never run where the policy denies it meanwhile', async () => {
    const scene = desk([[callTo('secret/a')], 'done'], {
      permissions: policy({ rules: [{ ask: { tool: 'write' } }] }),
      confirmTimeout: { afterMs: minute, action: 'approve' },
    })
    const session = await scene.agent.session({ id: 's' })
    await (
      await session.send('go')
    ).result
    await scene.agent.close()
    await scene.host.clock.advance(minute)
    const later = desk(['done'], { store: scene.store, host: scene.host })
    const resumed = await later.agent.session({ id: 's' })
    await (await resumed.resume())?.completed()
    expect(read(later.llm)).toEqual([expect.stringContaining('the policy denies it')])
    expect(scene.wrote).toEqual([])
    expect(later.wrote).toEqual([])
  })
})

describe('a suspended run whose deadline has passed', () => {
  async function overdue() {
    const scene = desk(undefined, { confirmTimeout: { afterMs: minute, action: 'reject' } })
    const session = await scene.agent.session({ id: 's' })
    await (
      await session.send('go')
    ).result
    const [request] = await session.waitingFor()
    return { ...scene, session, request, requestId: request?.requestId ?? '' }
  }

  test('is found as overdue, with the deadline, and settled by whoever resumes it', async () => {
    const { agent, host, session, llm, request } = await overdue()
    expect(await unfinishedOf(agent)).toMatchObject([{ status: 'suspended', waitingFor: [{ deadline: request?.deadline }] }])
    expect((await (await session.resume())?.result)?.status).toBe('suspended')
    await host.clock.advance(minute)
    expect(await unfinishedOf(agent)).toMatchObject([{ status: 'overdue' }])
    expect(await (await session.resume())?.completed()).toMatchObject({ text: 'done' })
    expect(read(llm)).toEqual(['It was rejected: nobody answered in time'])
    expect(await unfinishedOf(agent)).toEqual([])
  })

  test('is not overdue for an answer that was given before it', async () => {
    const { agent, host, session, requestId, wrote } = await overdue()
    await session.answer(requestId, { decision: 'approve', by: 'ann' })
    await host.clock.advance(minute)
    expect(await unfinishedOf(agent)).toMatchObject([{ status: 'answered' }])
    await (await session.resume())?.completed()
    expect(wrote).toEqual(['a'])
  })

  test('takes an answer that comes before anybody has settled it, and none that comes after', async () => {
    const late = await overdue()
    await late.host.clock.advance(minute)
    expect(await late.session.answer(late.requestId, { decision: 'approve' })).toBe(true)
    expect(await late.session.answer(late.requestId, { decision: 'timeout' })).toBe(false)
    await (await late.session.resume())?.completed()
    expect(late.wrote).toEqual(['a'])

    const settled = await overdue()
    await settled.host.clock.advance(minute)
    // Whoever looks after the agents may settle it, without a model.
    expect(await (await openSession(settled.store, 's')).answer(settled.requestId, { decision: 'timeout' })).toBe(true)
    expect(await settled.session.answer(settled.requestId, { decision: 'approve' })).toBe(false)
    await (await settled.session.resume())?.completed()
    expect(settled.wrote).toEqual([])
    expect(await factsOf(settled.session, 'inbox_skipped')).toMatchObject([{ reason: expect.stringContaining('was answered before') }])
  })

  test('cannot be settled before it is due', async () => {
    const { session, requestId } = await overdue()
    await expect(session.answer(requestId, { decision: 'timeout' })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: 'Its deadline has not passed',
    })
  })

  test('is settled by an agent that has no time limit of its own', async () => {
    const { store, host, agent } = await overdue()
    await agent.close()
    await host.clock.advance(minute)
    const other = createAgent({ llm: scriptedLlm(['done']), store, host, permissions: policy() })
    expect(await (await (await other.session({ id: 's' })).resume())?.result).toMatchObject({ status: 'completed' })
  })
})

function callTo(path: string) {
  return { type: 'tool_use' as const, id: 'call', name: 'write', input: { path } }
}
