/** A session's budget: all its runs together, as its own journal tells, sub-agents included. */
import { describe, expect, test } from 'vitest'
import { createAgent, memoryStore, taskTool, tool } from '../../src/index.ts'
import type { Usage } from '../../src/kit.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { eventsOf } from './runs.ts'

const usageOf = (input: number, output: number): Usage => ({ input, output, cacheRead: 0, cacheWrite: 0, reasoning: 0 })
const said = (input: number, output: number) => ({ blocks: [{ type: 'text' as const, text: 'ok' }], usage: usageOf(input, output) })
const echo = tool({ name: 'echo', description: 'Echoes.', readOnly: true, execute: () => 'echoed' })

describe('a budget per session', () => {
  test('counts all runs, in this process and the next', async () => {
    const store = memoryStore()
    const budget = { perSession: { tokens: 5000 } }
    const session = await createAgent({ llm: scriptedLlm([said(1000, 1000), said(1000, 900)]), store, budget }).session({ id: 's' })
    await (await session.send('one')).completed()
    await (await session.send('two')).completed()
    await session.close()
    const later = await createAgent({ llm: scriptedLlm(['never']), store, budget }).session({ id: 's' })
    const run = await later.send('three, which is a question that is much too long: '.padEnd(1500, '.'))
    const told = eventsOf(run, 'budget_threshold_hit')
    expect(await run.result).toMatchObject({
      status: 'failed',
      error: { message: "The session's budget is used up: 3900 of 5000 tokens, and the next call would go past it" },
    })
    expect(await told).toMatchObject([{ kind: 'hard', consumed: 3900, limit: 5000 }])
  })

  test('counts an attempt of an earlier run that was lost, also when that run was given up', async () => {
    const store = memoryStore()
    const budget = { perSession: { tokens: 4000 } }
    const hanging = scriptedLlm([() => new Promise<string>(() => {})], { model: { maxOutputTokens: 3500 } })
    const session = await createAgent({ llm: hanging, store, budget }).session({ id: 's' })
    const run = await session.send('hello')
    while (hanging.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await run.cancel()
    expect(await (await session.send('again')).result).toMatchObject({ status: 'failed', error: { code: 'budget_exhausted' } })
  })

  test('holds turns and tool calls over runs', async () => {
    const turns = await createAgent({ llm: scriptedLlm(['a', 'b', 'never']), budget: { perSession: { turns: 2 } } }).session()
    await (await turns.send('one')).completed()
    await (await turns.send('two')).completed()
    expect(await (await turns.send('three')).result).toMatchObject({ status: 'failed', error: { message: /2 of 2 turns/ } })
    const call = { blocks: [callOf('echo')] }
    const agent = createAgent({ llm: scriptedLlm([call, 'a', call, 'b']), tools: [echo], budget: { perSession: { toolCalls: 1 } } })
    const calls = await agent.session()
    await (await calls.send('one')).completed()
    const second = await calls.send('two')
    await second.completed()
    expect(await eventsOf(second, 'tool_end')).toMatchObject([{ isError: true, output: /1 tool calls is used up/ }])
  })

  test('is new with a fork, which spends for itself', async () => {
    const llm = scriptedLlm([said(1500, 1500), said(10, 10)])
    const agent = createAgent({ llm, budget: { perSession: { tokens: 4000 } } })
    const session = await agent.session()
    await (await session.send('one')).completed()
    const fork = await session.fork()
    expect(await (await fork.send('two')).result).toMatchObject({ status: 'completed' })
    expect(llm.requests[1]?.maxOutputTokens).toBeGreaterThan(2000)
  })

  test('is shared with sub-agents by grants', async () => {
    const task = { description: 'look', prompt: 'look', agent: 'explore' }
    const llm = scriptedLlm([{ blocks: [callOf('task', task)], usage: usageOf(1000, 1000) }, said(100, 100), 'done'])
    const agent = createAgent({ llm, tools: [taskTool()], budget: { perSession: { tokens: 60_000 } } })
    const run = await agent.run('go')
    await run.completed()
    expect(await eventsOf(run, 'subagent_start')).toMatchObject([{ grant: { tokens: 29_000 } }])
  })
})
