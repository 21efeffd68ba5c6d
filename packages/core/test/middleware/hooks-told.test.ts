/** What hooks are told of a run: every one of them is fired, when it happens, once, by whoever is at work on the run. */
import { describe, expect, test } from 'vitest'
import {
  AgentError,
  AgentRegistry,
  askUser,
  type AgentOptions,
  createAgent,
  dataProtection,
  externalTool,
  failed,
  hooks,
  memoryStore,
  openSession,
  policy,
  tool,
} from '../../src/index.ts'
import { type HookEvent, type HookExecutor, hookNames, type HookName, type Json } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { family, give, modelOf, promptOf, turnsOf } from '../subagents/families.ts'
import { eventsOf, pass } from './runs.ts'

const write = tool({
  name: 'write',
  description: 'Writes.',
  access: () => [{ kind: 'write', path: 'a' }],
  effect: 'idempotent',
  execute: () => 'written',
})

/** An executor that remembers what it was told. */
function listening() {
  const seen: HookEvent[] = []
  const executor = hooks(Object.fromEntries(hookNames.map((name) => [name, (event: HookEvent) => void seen.push(event)])))
  const of = <N extends HookName>(name: N) => seen.filter((event): event is Extract<HookEvent, { hook: N }> => event.hook === name)
  return { seen, executor, of, names: () => seen.map(({ hook }) => hook) }
}

const agentWith = (replies: readonly ScriptedReply[], options: Partial<AgentOptions> = {}) =>
  createAgent({ llm: scriptedLlm(replies), tools: [write], permissions: policy({ default: 'allow' }), ...options })

describe('an executor that says which hooks it hears', () => {
  test.for([
    ['a tool call', ['pre_tool_use', 'post_tool_use']],
    ['the model', ['generate_end']],
    ['the end', ['on_success']],
    ['nothing', []],
  ] as const)('hears of %s, and of nothing else, also behind data protection', async ([, hears]) => {
    for (const security of [{}, { security: dataProtection() }]) {
      const { executor, names } = listening()
      await (await agentWith([[callOf('write')], 'done'], { hooks: { ...executor, hears }, ...security }).run('go')).completed()
      expect(new Set(names())).toEqual(new Set(hears))
    }
  })

  test('is what handlers come to that are given by name', () => {
    expect(hooks({ post_response: () => undefined }).hears).toEqual(['post_response'])
  })
})

describe('of a run', () => {
  test('everything in its order; of a second run in the session not that the session starts', async () => {
    const { executor, seen, names } = listening()
    const session = await agentWith([[callOf('write')], 'done', 'again'], { hooks: executor }).session({ metadata: { user: '42' } })
    await (await session.send('go')).completed()
    expect(names()).toEqual([
      'session_start',
      'pre_prompt',
      'generate_start',
      'generate_end',
      'pre_tool_use',
      'post_tool_use',
      'generate_start',
      'generate_end',
      'post_response',
      'on_success',
    ])
    expect(seen.every(({ sessionId, metadata }) => sessionId === session.id && metadata.user === '42')).toBe(true)
    seen.length = 0
    await (await session.send('once more')).completed()
    expect(names()).toEqual(['pre_prompt', 'generate_start', 'generate_end', 'post_response', 'on_success'])
  })

  test('what each attempt was of, and what it came to', async () => {
    const { executor, of } = listening()
    const limited = new AgentError('llm_rate_limited', 'slow down', { details: { status: 429, retryAfterMs: 20 } })
    const gone = new AgentError('llm_unavailable', 'gone')
    const host = manualHost()
    const run = await agentWith([limited, gone, 'done'], { hooks: executor, host }).run('go')
    await pass(run.completed(), host.clock)
    const attempt = { turn: 1, provider: 'scripted', model: 'scripted' }
    expect(of('generate_start')).toMatchObject([attempt, attempt, attempt])
    expect(of('on_rate_limit')).toMatchObject([{ ...attempt, message: 'slow down', details: { status: 429, retryAfterMs: 20 } }])
    const message = { role: 'assistant', content: [{ type: 'text', text: 'done' }] }
    expect(of('generate_end')).toMatchObject([{ ...attempt, message, usage: { input: 1, output: 1 }, stopReason: 'end_turn' }])
  })

  test('how a call ended, with its kind of error; the metadata is still the session’s', async () => {
    const { executor, of } = listening()
    const fails = tool({
      name: 'fails',
      description: 'Fails.',
      execute: () => failed('no such file', { kind: 'not_found', exitCode: 3, metadata: { user: 'other' } }),
    })
    const session = await agentWith([[callOf('fails')], 'done'], { hooks: executor, tools: [fails] }).session({ metadata: { user: '42' } })
    await (await session.send('go')).completed()
    expect(of('post_tool_use')).toMatchObject([
      { tool: 'fails', output: 'no such file', isError: true, errorKind: 'not_found', exitCode: 3, metadata: { user: '42' } },
    ])
  })
})

describe('of the end of a run', () => {
  test('that it completed, with what it used up', async () => {
    const { executor, of } = listening()
    const price = { input: 1, output: 1 }
    const llm = scriptedLlm(['done'], { model: { price } })
    const run = await createAgent({ llm, hooks: executor }).run('go')
    const { usage, cost, text, reason } = await run.completed()
    expect(cost).toBeGreaterThan(0)
    expect(of('on_success')).toEqual([
      { hook: 'on_success', sessionId: run.sessionId, runId: run.id, metadata: {}, text, usage, cost, reason, waitingFor: [] },
    ])
  })

  test('that it failed, and with what', async () => {
    const { executor, names, of } = listening()
    const run = await agentWith([new AgentError('llm_rejected', 'not you')], { hooks: executor }).run('go')
    await run.result
    expect(of('on_error')).toMatchObject([{ runId: run.id, error: { code: 'llm_rejected', message: 'not you', retryable: false } }])
    expect(names()).not.toContain('post_response')
  })

  test('that it was cancelled, by an executor whose signal has not fired', async () => {
    const asked = Promise.withResolvers<void>()
    const signals: boolean[] = []
    const ends: HookEvent[] = []
    const executor = hooks({
      pre_tool_use: () => (asked.resolve(), new Promise<undefined>(() => {})),
      on_cancel: (event, { signal }) => void (ends.push(event), signals.push(signal.aborted)),
    })
    const run = await agentWith([[callOf('write')]], { hooks: executor }).run('go')
    await asked.promise
    await run.cancel('enough')
    expect(ends).toMatchObject([{ reason: 'enough', text: '' }])
    expect(signals).toEqual([false])
  })

  test('by nobody who has lost it: whoever took it over tells', async () => {
    const store = memoryStore()
    const begun = Promise.withResolvers<void>()
    const wait = tool({
      name: 'wait',
      description: 'Waits.',
      effect: 'unsafe',
      execute: (_, { signal }) => (begun.resolve(), new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped')))),
    })
    const [loser, winner] = [listening(), listening()]
    const first = await agentWith([[callOf('wait')]], { tools: [wait], store, hooks: loser.executor }).session()
    const run = await first.send('go')
    await begun.promise
    const second = await agentWith(['taken over'], { tools: [wait], store, hooks: winner.executor }).session({ id: first.id })
    await (await second.resume())?.completed()
    await run.steer('are you there?').catch(() => {})
    await run.result
    await first.resume().catch(() => {}) // it reads what was written in the meantime
    expect(winner.names()).toContain('on_success')
    expect(loser.names().filter((name) => name.startsWith('on_'))).toEqual([])
  })

  test('without harm when the hook breaks then', async () => {
    const executor = hooks({ on_success: () => Promise.reject(new Error('kaput')) })
    const run = await agentWith(['done'], { hooks: executor }).run('go')
    expect(await run.completed()).toMatchObject({ text: 'done' })
    expect(await eventsOf(run, 'error')).toEqual([])
  })
})

describe('of requests', () => {
  const two = [callOf('write', { n: 1 }), callOf('write', { n: 2 })]

  test('each once, then that the run waits; not of what was answered when it goes on', async () => {
    const store = memoryStore()
    const first = listening()
    const run = await createAgent({ llm: scriptedLlm([two]), tools: [write], hooks: first.executor, store }).run('go')
    const result = await run.result
    if (result.status !== 'suspended') throw new Error(result.status)
    expect(first.of('on_confirmation').map(({ request }) => request)).toEqual(result.waitingFor)
    expect(first.of('on_suspend')).toMatchObject([{ waitingFor: result.waitingFor }])
    expect(first.names().slice(-3)).toEqual(['on_confirmation', 'on_confirmation', 'on_suspend'])

    const view = await openSession(store, run.sessionId)
    for (const { requestId } of result.waitingFor) await view.answer(requestId, { decision: 'approve' })
    const second = listening()
    const agent = createAgent({ llm: scriptedLlm(['done']), tools: [write], hooks: second.executor, store })
    await (await (await agent.session({ id: run.sessionId })).resume())?.completed()
    expect(second.names()).toEqual(['post_tool_use', 'post_tool_use', 'generate_start', 'generate_end', 'post_response', 'on_success'])
  })

  test('of questions and of work elsewhere too, with what is asked and by when', async () => {
    const { executor, of } = listening()
    const work = externalTool({ name: 'work', description: 'Works elsewhere.', timeoutMs: 60_000 })
    const replies = [[callOf('ask_user', { question: 'Which?', options: [{ label: 'a' }] }), callOf('work', { on: 'it' })]]
    const run = await agentWith(replies, { hooks: executor, tools: [askUser(), work], store: memoryStore(), host: manualHost() }).run('go')
    const { status } = await run.result
    expect(status).toBe('suspended')
    const told = of('on_confirmation').map(({ request }) => [request.kind, request.toolName, request.args, request.deadline === undefined])
    expect(told).toEqual([
      ['question', 'ask_user', { question: 'Which?', options: [{ label: 'a' }] }, true],
      ['external_task', 'work', { on: 'it' }, false],
    ])
  })

  test('not of a question that a hook refused, and of work with the payload that it made', async () => {
    const { executor, of } = listening()
    const gate: HookExecutor = {
      contract: 1,
      async fire(event, options) {
        await executor.fire(event, options)
        if (event.hook !== 'pre_tool_use') return undefined
        if (event.tool === 'ask_user') return { decision: 'block', reason: 'do not disturb' }
        return { decision: 'continue', input: { on: 'another' } }
      },
    }
    const dispatched: Json[] = []
    const work = externalTool({
      name: 'work',
      description: 'Works elsewhere.',
      dispatch: async ({ payload }) => void dispatched.push(payload),
    })
    const replies = [[callOf('ask_user', { question: 'Which?' }), callOf('work', { on: 'it' })]]
    const run = await agentWith(replies, { hooks: gate, tools: [askUser(), work], store: memoryStore() }).run('go')
    await run.result
    expect(of('on_confirmation').map(({ request }) => [request.toolName, request.args])).toEqual([['work', { on: 'another' }]])
    expect(dispatched).toEqual([{ on: 'another' }])
  })

  test('also where somebody is there to be asked', async () => {
    const { executor, of } = listening()
    const confirm = async () => ({ decision: 'approve' as const })
    const run = await createAgent({ llm: scriptedLlm([two, 'done']), tools: [write], hooks: executor, confirm }).run('go')
    await run.completed()
    expect(of('on_confirmation').map(({ request }) => request.args)).toEqual([{ n: 1 }, { n: 2 }])
    expect(of('on_suspend')).toEqual([])
  })

  test('of a sub-agent on the run outside alone; all else is told of the sub-agent’s own, with its name', async () => {
    const { executor, of } = listening()
    const agents = new AgentRegistry([{ name: 'scout', description: 'Scouts.' }])
    const llm = modelOf((request) => {
      if (turnsOf(request) > 0) return 'the end'
      return [promptOf(request) === 'go' ? give('look', { agent: 'scout' }) : callOf('write')]
    })
    const confirm = async () => ({ decision: 'approve' as const })
    const { agent } = family(llm, { extra: [write], task: { agents }, hooks: executor, confirm, permissions: policy() })
    const run = await agent.run('go')
    await run.completed()
    expect(of('on_confirmation').map(({ sessionId, request }) => [sessionId, request.toolName])).toEqual([[run.sessionId, 'write']])
    expect(of('post_tool_use').map(({ tool: name, metadata }) => [name, metadata.agent])).toEqual([
      ['write', 'scout'],
      ['task', undefined],
    ])
    expect(of('on_success').map(({ metadata }) => metadata.parentSessionId)).toEqual([run.sessionId, undefined])
  })
})

test('every hook has a name in the list, and the list has no other', () => {
  expect(hookNames).toEqual([
    'session_start',
    'pre_prompt',
    'generate_start',
    'generate_end',
    'on_rate_limit',
    'pre_tool_use',
    'on_confirmation',
    'post_tool_use',
    'post_response',
    'on_success',
    'on_error',
    'on_cancel',
    'on_suspend',
  ])
})
