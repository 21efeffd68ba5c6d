/** The same call over and over: feedback instead of another run of it, and an end when the model does not listen. */
import { describe, expect, test } from 'vitest'
import { createAgent, memoryStore, type PermissionPolicy, policy, tool } from '../../src/index.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { eventsOf, resultsIn } from './runs.ts'

function counted() {
  const calls: string[] = []
  const look = tool({
    name: 'look',
    description: 'Looks.',
    readOnly: true,
    execute: (input) => `look ${calls.push(JSON.stringify(input))}`,
  })
  return { look, calls }
}

const same: ScriptedReply = [callOf('look', { path: 'a', deep: { x: 1, y: [2] } })]
const other = (n: number): ScriptedReply => [callOf('look', { path: n })]

const start = (replies: readonly ScriptedReply[]) => {
  const { look, calls } = counted()
  const llm = scriptedLlm(replies)
  return { llm, calls, agent: createAgent({ llm, tools: [look] }) }
}

describe('a call that comes back', () => {
  test('is run three times; the fourth is told so instead, with numbers for programs', async () => {
    const { llm, calls, agent } = start([same, same, same, same, 'enough'])
    const run = await agent.run('go')
    expect(await run.completed()).toMatchObject({ text: 'enough' })
    expect(calls).toHaveLength(3)
    expect(resultsIn(llm.requests[4])).toEqual([expect.stringContaining("this exact call of 'look' 3 times in your last 8 calls")])
    expect((await eventsOf(run, 'tool_end')).at(-1)).toMatchObject({
      isError: true,
      errorKind: 'duplicate_call',
      metadata: { guard: 'duplicate_tool_call', duplicateCount: 3, threshold: 3 },
    })
  })

  test('is the same whatever the order of its fields', async () => {
    const turned: ScriptedReply = [callOf('look', { deep: { y: [2], x: 1 }, path: 'a' })]
    const { calls, agent } = start([same, turned, same, turned, 'enough'])
    await (await agent.run('go')).completed()
    expect(calls).toHaveLength(3)
  })

  test('need not come back at once: any three of the last eight count', async () => {
    const { calls, agent } = start([same, other(1), same, other(2), same, other(3), same, 'enough'])
    await (await agent.run('go')).completed()
    expect(calls).toHaveLength(6)
  })

  test('is forgotten when eight others came in between', async () => {
    const between = Array.from({ length: 8 }, (_, n) => other(n))
    const { calls, agent } = start([same, same, same, ...between, same, 'enough'])
    await (await agent.run('go')).completed()
    expect(calls).toHaveLength(12)
  })

  test('is run three times also where one reply makes it five times, and the model is told once before it counts', async () => {
    const call = callOf('look', { path: 'a' })
    const { llm, calls, agent } = start([[call, call, call, call, call], 'I see'])
    expect(await (await agent.run('go')).completed()).toMatchObject({ text: 'I see' })
    expect(calls).toHaveLength(3)
    expect(resultsIn(llm.requests[1]).map((result) => String(result).startsWith('You made'))).toEqual([false, false, false, true, true])
  })

  test('ends the run when it comes again after the model was told', async () => {
    const { llm, calls, agent } = start([same, same, same, same, same, 'never'])
    expect(await (await agent.run('go')).result).toMatchObject({
      status: 'failed',
      error: { code: 'llm_rejected', message: expect.stringContaining('repeats one tool call') },
    })
    expect([calls.length, llm.requests.length]).toEqual([3, 5])
  })

  test('may come again after the model has done something else', async () => {
    const { agent } = start([same, same, same, same, other(1), same, 'enough'])
    expect(await (await agent.run('go')).completed()).toMatchObject({ text: 'enough' })
  })

  test('is forgotten with its run', async () => {
    const { calls, agent } = start([same, same, 'one', same, same, 'two'])
    const session = await agent.session()
    await (await session.send('a')).completed()
    await (await session.send('b')).completed()
    expect(calls).toHaveLength(4)
  })

  test('that waits for its turn counts as well: of five at once that may not run together three are run', async () => {
    let changes = 0
    const change = tool({ name: 'change', description: 'Changes.', effect: 'unsafe', execute: () => `change ${++changes}` })
    const llm = scriptedLlm([Array.from({ length: 5 }, () => callOf('change')), 'I see'])
    expect(await (await createAgent({ llm, tools: [change] }).run('go')).completed()).toMatchObject({ text: 'I see' })
    expect(changes).toBe(3)
  })

  test('is counted once, also when it is run again after an approval', async () => {
    const write = tool({
      name: 'write',
      description: 'Writes.',
      access: () => [{ kind: 'write', path: 'a' }],
      effect: 'idempotent',
      execute: () => 'ok',
    })
    const save = tool({
      name: 'save',
      description: 'Writes, through another tool.',
      access: () => [],
      effect: 'composite',
      execute: async (_, { invoke }) => (await invoke('write', {})).content,
    })
    const call = [callOf('save')]
    const llm = scriptedLlm([call, call, call, call, 'done'])
    let trusted = false
    const permissions: PermissionPolicy = {
      ...policy(),
      judge: ({ tool: name }) => ({ decision: name === 'write' && !trusted ? 'ask' : 'allow', reason: 'a matter of trust' }),
    }
    const session = await createAgent({ llm, tools: [save, write], store: memoryStore(), permissions }).session()
    expect((await (await session.send('go')).result).status).toBe('suspended')
    await session.answer((await session.waitingFor())[0]?.requestId ?? '', { decision: 'approve' })
    trusted = true
    expect(await (await session.resume())?.completed()).toMatchObject({ text: 'done' })
    const results = llm.requests.slice(1).map((request) => String(resultsIn(request)[0]))
    expect(results.map((result) => result.startsWith('You made'))).toEqual([false, false, false, true])
  })
})
