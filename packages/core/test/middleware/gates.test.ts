/** The start of a call tells what it passed: hooks, the rule, budgets, its lane, its turn, its sandbox; and nothing where nothing took part. */
import { describe, expect, test } from 'vitest'
import {
  type AgentOptions,
  budgetLedger,
  createAgent,
  failed,
  hooks,
  laneQueue,
  memoryStore,
  policy,
  redactFacts,
  runLedgers,
  tool,
} from '../../src/index.ts'
import type { FactOf } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect, eventsOf, pass } from './runs.ts'

const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'three files' })

async function starts(options: Partial<AgentOptions>, script: readonly ScriptedReply[] = [[callOf('look')], 'Done.']) {
  const agent = createAgent({ llm: scriptedLlm(script), tools: [look], ...options })
  const run = await agent.run('Go')
  await run.result
  return eventsOf(run, 'tool_execution_start')
}

const gatesOf = async (...given: Parameters<typeof starts>): Promise<readonly FactOf<'tool_execution_start'>['gates'][]> =>
  (await starts(...given)).map(({ gates }) => gates)

describe('what a call passed', () => {
  test('is nothing where nobody had a say', async () => {
    const [start] = await starts({ hooks: hooks({}), budget: { perRun: { tokens: 1e6, toolCalls: 9 } } })
    expect(start).not.toHaveProperty('gates')
  })

  test('has the rule that let it run, with its layer, file and line', async () => {
    const permissions = policy({
      layers: [{ layer: 'user', rules: [{ allow: { tool: 'look' } }], file: 'policy.json', lines: [12] }],
    })
    expect(await gatesOf({ permissions })).toEqual([
      { rule: { rule: { allow: { tool: 'look' } }, layer: 'user', file: 'policy.json', line: 12 } },
    ])
  })

  test('has the rule that asked, also when somebody answered while nobody was at work', async () => {
    const permissions = policy({ rules: [{ ask: { tool: 'look' } }] })
    const rule = { rule: { ask: { tool: 'look' } }, layer: 'project' }
    expect(await gatesOf({ permissions, confirm: async () => ({ decision: 'approve' }) })).toEqual([{ rule }])
    const store = memoryStore()
    const agent = createAgent({ llm: scriptedLlm([[callOf('look')], 'Done.']), tools: [look], store, permissions })
    const session = await agent.session({ id: 's' })
    await (
      await session.send('Go')
    ).result
    for (const { requestId } of await session.waitingFor()) await session.answer(requestId, { decision: 'approve' })
    await (
      await session.resume()
    )?.result
    const events = await collect(session.events({ follow: false }))
    expect(events.flatMap(({ event }) => (event.type === 'tool_execution_start' ? [event.gates] : []))).toEqual([{ rule }])
  })

  test('has what hooks said, and what they are called where they say so', async () => {
    const anonymous = hooks({ pre_tool_use: () => ({ decision: 'continue', input: { path: 'a' } }) })
    expect(await gatesOf({ hooks: anonymous })).toEqual([{ hooks: [{ decision: 'continue' }] }])
    const by = [
      { name: 'paths', decision: 'continue', changed: ['path'] },
      { name: 'guard', decision: 'silent' },
    ] as const
    expect(await gatesOf({ hooks: hooks({ pre_tool_use: () => ({ decision: 'continue', by }) }) })).toEqual([{ hooks: by }])
  })

  test('is told with the request as well, and with the end of a call that a hook blocked', async () => {
    const by = [{ name: 'paths', decision: 'continue' }] as const
    const store = memoryStore()
    const agent = createAgent({
      llm: scriptedLlm([[callOf('look')], [callOf('look')], 'Done.']),
      tools: [look],
      store,
      permissions: policy({ rules: [{ ask: { tool: 'look' } }] }),
      hooks: hooks({ pre_tool_use: () => ({ decision: 'continue', by }) }),
    })
    const run = await agent.run('Go')
    await run.result
    expect((await eventsOf(run, 'confirmation_required')).map(({ gates }) => gates)).toEqual([{ hooks: by }])
    expect(JSON.stringify(await run.result)).not.toContain('gates')
    const blocked = [{ name: 'guard', decision: 'block', reason: 'no' }] as const
    const other = createAgent({
      llm: scriptedLlm([[callOf('look')], 'Done.']),
      tools: [look],
      hooks: hooks({ pre_tool_use: () => ({ decision: 'block', reason: 'no', by: blocked }) }),
    })
    const stopped = await other.run('Go')
    await stopped.result
    expect(await eventsOf(stopped, 'tool_execution_start')).toEqual([])
    expect((await eventsOf(stopped, 'tool_end')).map(({ metadata }) => metadata)).toEqual([{ hooks: blocked }])
  })

  test('has the shared budgets, the time that they set aside, and at its end the time that it took', async () => {
    const [store, host] = [memoryStore(), manualHost()]
    const slow = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => host.clock.sleep(700) })
    const day = budgetLedger(store, { root: 'day', limits: { toolCalls: 10 }, host })
    const each = runLedgers(store, { each: 'run', limits: { workMs: 60_000 }, host })
    const agent = createAgent({
      llm: scriptedLlm([[callOf('look')], 'Done.']),
      tools: [slow],
      store,
      host,
      budget: { ledger: [each, day] },
    })
    const run = await agent.run('Go')
    await pass(run.result, host.clock)
    const [start] = await eventsOf(run, 'tool_execution_start')
    expect(start?.gates).toEqual({ budgets: [{ name: 'day' }, { name: 'run', workMs: expect.any(Number) }] })
    expect((await eventsOf(run, 'tool_end'))[0]?.metadata).toEqual({ workMs: 700 })
  })

  test('has its lane, what it waited for there, and of another attempt why it is one', async () => {
    const host = manualHost()
    const answers = [failed('the line was cut', { kind: 'transport' }), 'three files']
    const flaky = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => answers.shift() })
    const options = { tools: [flaky], host, lanes: laneQueue({ host, query: { retry: { baseDelayMs: 100 } } }) }
    const agent = createAgent({ llm: scriptedLlm([[callOf('look')], 'Done.']), ...options })
    const run = await agent.run('Go')
    await pass(run.result, host.clock)
    const [retry] = await eventsOf(run, 'command_retry')
    expect((await eventsOf(run, 'tool_execution_start')).map(({ gates }) => gates)).toEqual([
      { lane: { name: 'query' } },
      { lane: { name: 'query', after: { error: 'the line was cut', delayMs: retry?.delayMs } } },
    ])
  })

  test('has the sandbox of its tool', async () => {
    const boxed = tool({ name: 'look', description: 'Looks.', readOnly: true, sandbox: 'box', execute: () => '' })
    expect(await gatesOf({ tools: [boxed] })).toEqual([{ sandbox: 'box' }])
  })

  test('says no words of anybody when it is redacted, and who had a say all the same', async () => {
    const store = memoryStore()
    const by = [{ name: 'guard', decision: 'continue', reason: 'knows 1234' }] as const
    const agent = createAgent({
      llm: scriptedLlm([[callOf('look')], 'Done.']),
      tools: [look],
      store,
      permissions: policy({ rules: [{ allow: { tool: 'look' } }] }),
      hooks: hooks({ pre_tool_use: () => ({ decision: 'continue', by }) }),
    })
    const session = await agent.session({ id: 's' })
    await (await session.send('Go')).completed()
    const at = (await collect(session.events({ follow: false }))).find(({ event }) => event.type === 'tool_execution_start')
    await redactFacts(store, 's', { at: [at?.cursor ?? ''] })
    const now = (await collect(session.events({ follow: false }))).find(({ event }) => event.type === 'tool_execution_start')
    expect(now?.event).toMatchObject({
      gates: { hooks: [{ name: 'guard', decision: 'continue', reason: '[redacted]' }], rule: { layer: 'project' } },
    })
  })
})
