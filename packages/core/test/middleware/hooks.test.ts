/** Hooks: they may rewrite and refuse, they fail closed where they gate, and whoever only observes changes nothing. */
import { describe, expect, test } from 'vitest'
import { type AgentOptions, createAgent, hooks, type ImageBlock, jsonSchema, memoryStore, policy, textOf, tool } from '../../src/index.ts'
import { type HookDecision, type HookEvent, type HookExecutor, resultText } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { eventsOf, pass, resultsIn } from './runs.ts'

const wrote: string[] = []
const write = tool<{ path: string }>({
  name: 'write',
  description: 'Writes.',
  input: jsonSchema<{ path: string }>({ type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }),
  access: ({ path }) => [{ kind: 'write', path }],
  effect: 'idempotent',
  execute: ({ path }) => `wrote ${wrote.push(path) && path}`,
})
const both = tool({
  name: 'both',
  description: 'Writes twice.',
  effect: 'composite',
  access: () => [],
  execute: async (_, { invoke }) => {
    const said = [await invoke('write', { path: 'a' }), await invoke('write', { path: 'b' })]
    return said.map(({ content }) => resultText(content)).join('; ')
  },
})

/** Runs a prompt with a hook that answers one event. */
async function runWith(
  hook: HookEvent['hook'],
  answer: (event: HookEvent, options: { readonly signal: AbortSignal }) => unknown,
  { replies = [[callOf('write', { path: 'a' })], 'done'], ...options }: Partial<AgentOptions> & { replies?: readonly ScriptedReply[] } = {},
) {
  wrote.length = 0
  const host = manualHost()
  const llm = scriptedLlm(replies)
  const executor: HookExecutor = {
    contract: 1,
    // What is proved here includes hooks that keep neither the type nor the contract.
    fire: (event, given) => (event.hook === hook ? (answer(event, given) as Promise<HookDecision>) : Promise.resolve(undefined)),
  }
  const permissions = policy({ default: 'allow' })
  const run = await createAgent({ llm, tools: [write, both], hooks: executor, permissions, host, ...options }).run('do it')
  const result = await pass(run.result, host.clock)
  return { llm, run, result, read: resultsIn(llm.requests[1]), now: host.clock.now() - Date.UTC(2026, 0, 1) }
}

describe('a hook before the prompt', () => {
  test('is told it once, and what it makes of it is what the model and the history get', async () => {
    const seen: HookEvent[] = []
    const { llm, run, result } = await runWith(
      'pre_prompt',
      async (event) => (seen.push(event), { decision: 'continue', prompt: 'do it well' }),
    )
    expect(result.status).toBe('completed')
    expect(seen).toEqual([{ hook: 'pre_prompt', sessionId: run.sessionId, runId: run.id, metadata: {}, prompt: 'do it' }])
    for (const { messages } of llm.requests) expect(textOf(messages[0] ?? { content: [] })).toBe('do it well')
    expect((await eventsOf(run, 'run_prepared'))[0]?.prompt).toEqual([{ type: 'text', text: 'do it well' }])
  })

  test('rewrites the words and leaves the images', async () => {
    const image: ImageBlock = { type: 'image', mediaType: 'image/png', data: 'AAAA' }
    const llm = scriptedLlm(['a cat'])
    const executor = hooks({ pre_prompt: ({ prompt }) => ({ decision: 'continue', prompt: `${prompt} please` }) })
    const run = await createAgent({ llm, hooks: executor }).run([{ type: 'text', text: 'what is this' }, image])
    await run.completed()
    expect(llm.requests[0]?.messages).toEqual([{ role: 'user', content: [{ type: 'text', text: 'what is this please' }, image] }])
  })

  test('which is sent again, is the same prompt still', async () => {
    const executor = hooks({ pre_prompt: ({ prompt }) => ({ decision: 'continue', prompt: `${prompt} please` }) })
    const session = await createAgent({ llm: scriptedLlm(['a cat']), hooks: executor }).session()
    const run = await session.send('what is this', { id: 'once' })
    await run.completed()
    expect((await session.send('what is this', { id: 'once' })).id).toBe(run.id)
    await expect(session.send('what is this please', { id: 'once' })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  test('may refuse it: the run fails with its reason, and no model is asked', async () => {
    const { llm, result } = await runWith('pre_prompt', async () => ({ decision: 'block', reason: 'not on Sundays' }))
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: 'invalid_argument', message: 'A hook refused the prompt: not on Sundays' },
    })
    expect(llm.requests).toEqual([])
  })
})

describe('a hook before a tool call', () => {
  test('is told what would run, and may say nothing', async () => {
    const seen: HookEvent[] = []
    const { run, read } = await runWith('pre_tool_use', async (event) => void seen.push(event))
    const { sessionId, id: runId } = run
    const [start] = await eventsOf(run, 'tool_execution_start')
    const { callId } = start ?? {}
    const accesses = [{ kind: 'write', path: 'a' }]
    expect(seen).toEqual([{ hook: 'pre_tool_use', sessionId, runId, metadata: {}, tool: 'write', callId, input: { path: 'a' }, accesses }])
    expect(read).toEqual(['wrote a'])
  })

  test('rewrites its arguments: these are checked, judged, recorded and run', async () => {
    const to = (path: unknown) => async () => ({ decision: 'continue', input: { path } })
    const good = await runWith('pre_tool_use', to('elsewhere'))
    expect(wrote).toEqual(['elsewhere'])
    expect(await eventsOf(good.run, 'tool_execution_start')).toMatchObject([
      { args: { path: 'elsewhere' }, accesses: [{ kind: 'write', path: 'elsewhere' }] },
    ])
    expect((await runWith('pre_tool_use', to(7))).read).toEqual([expect.stringContaining("'write' do not match its schema")])
    const permissions = policy({ rules: [{ deny: { path: 'secret/**' } }], default: 'allow' })
    expect((await runWith('pre_tool_use', to('secret/a'), { permissions })).read).toEqual([expect.stringContaining('the policy denies it')])
    expect(wrote).toEqual([])
  })

  test('may refuse it: the model reads why, nothing runs, and the run goes on', async () => {
    const { run, result, read } = await runWith('pre_tool_use', async () => ({ decision: 'block', reason: 'hands off' }))
    expect(result.status).toBe('completed')
    expect(read).toEqual(["'write' was blocked by a hook: hands off"])
    expect(await eventsOf(run, 'tool_end')).toMatchObject([{ isError: true, errorKind: 'permission_denied' }])
    expect(wrote).toEqual([])
  })

  test('is asked about nested calls as well', async () => {
    const answer = async (event: HookEvent) =>
      event.hook === 'pre_tool_use' && event.tool === 'write'
        ? event.callId.endsWith('/0')
          ? { decision: 'block', reason: 'not this one' }
          : { decision: 'continue', input: { path: 'c' } }
        : undefined
    const { read } = await runWith('pre_tool_use', answer, { replies: [[callOf('both')], 'done'] })
    expect(read).toEqual(["'write' was blocked by a hook: not this one; wrote c"])
    expect(wrote).toEqual(['c'])
  })

  test('has spoken before anybody is asked for an approval: what was approved is what runs', async () => {
    const store = memoryStore()
    let asked = 0
    const executor = hooks({ pre_tool_use: () => ({ decision: 'continue', input: { path: `from hook ${++asked}` } }) })
    const agent = (replies: readonly ScriptedReply[]) => createAgent({ llm: scriptedLlm(replies), tools: [write], hooks: executor, store })
    wrote.length = 0
    const run = await agent([[callOf('write', { path: 'a' })]]).run('do it')
    await run.result
    const session = await agent(['done']).session({ id: run.sessionId })
    const [waiting] = await session.waitingFor()
    expect(waiting).toMatchObject({ args: { path: 'from hook 1' }, accesses: [{ kind: 'write', path: 'from hook 1' }] })
    await session.answer(waiting?.requestId ?? '', { decision: 'approve' })
    await (await session.resume())?.completed()
    expect(wrote).toEqual(['from hook 1'])
  })
})

describe('a hook that gates and breaks', () => {
  const ways: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['rejects', () => Promise.reject(new Error('kaput')), /the hook failed: kaput/],
    [
      'throws at once',
      () => {
        throw new Error('kaput')
      },
      /the hook failed: kaput/,
    ],
    ['never answers', () => new Promise(() => {}), /the hook failed: it gave no answer within 30000 ms/],
    [
      'answers what nobody understands',
      () => Promise.resolve({ decision: 'perhaps' }),
      /the hook failed: it answered {"decision":"perhaps"}/,
    ],
    ['answers null', () => Promise.resolve(null), /the hook failed: it answered null/],
  ]

  test.each(ways)('blocks the tool call: it %s', async (_, answer, reason) => {
    const { result, read } = await runWith('pre_tool_use', answer)
    expect(result.status).toBe('completed')
    expect(read).toEqual([expect.stringMatching(reason)])
    expect(wrote).toEqual([])
  })

  test.each(ways)('blocks the prompt: it %s', async (_, answer, reason) => {
    const { llm, result } = await runWith('pre_prompt', answer)
    expect(result).toMatchObject({ status: 'failed', error: { message: expect.stringMatching(reason) } })
    expect(llm.requests).toEqual([])
  })

  test('is told to stop when its time is up, which the agent may set', async () => {
    const stopped: unknown[] = []
    const answer = (_: HookEvent, { signal }: { readonly signal: AbortSignal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          stopped.push(signal.reason)
          reject(signal.reason as Error)
        }),
      )
    const { read, now } = await runWith('pre_tool_use', answer, { timeouts: { hookMs: 700 } })
    expect(read).toEqual([expect.stringContaining('it gave no answer within 700 ms')])
    expect(stopped).toMatchObject([{ code: 'timeout' }])
    expect(now).toBeLessThanOrEqual(1000)
  })

  test('may take as long as it likes where there is no limit', async () => {
    const host = manualHost()
    const executor = hooks({ pre_tool_use: () => host.clock.sleep(60_000).then(() => undefined) })
    const llm = scriptedLlm([[callOf('write', { path: 'slow' })], 'done'])
    wrote.length = 0
    const run = await createAgent({
      llm,
      tools: [write],
      hooks: executor,
      host,
      permissions: policy({ default: 'allow' }),
      timeouts: { hookMs: 0 },
    }).run('do it')
    await pass(run.completed(), host.clock, 5000)
    expect(wrote).toEqual(['slow'])
  })

  test('does not keep a run from being cancelled', async () => {
    const host = manualHost()
    const asked = Promise.withResolvers<void>()
    const executor: HookExecutor = {
      contract: 1,
      fire: (event) => (event.hook === 'pre_tool_use' ? (asked.resolve(), new Promise(() => {})) : Promise.resolve(undefined)),
    }
    const llm = scriptedLlm([[callOf('write', { path: 'a' })]])
    const run = await createAgent({ llm, tools: [write], hooks: executor, host }).run('do it')
    await asked.promise
    expect(await run.cancel('enough')).toBe(true)
    expect(await run.result).toMatchObject({ status: 'cancelled', reason: 'enough' })
    expect(await eventsOf(run, 'tool_end')).toMatchObject([{ errorKind: 'cancelled', output: expect.stringContaining('did not run') }])
    expect(host.clock.pending).toBe(0)
  })
})

describe('a hook that observes', () => {
  test('is told what a call came to, and what the model said last', async () => {
    const seen: HookEvent[] = []
    const tell = async (event: HookEvent): Promise<undefined> => void seen.push(event)
    const { run } = await runWith('post_tool_use', tell)
    const { sessionId, id: runId } = run
    expect(seen).toEqual([
      {
        hook: 'post_tool_use',
        sessionId,
        runId,
        metadata: {},
        tool: 'write',
        callId: expect.any(String) as string,
        input: { path: 'a' },
        accesses: [{ kind: 'write', path: 'a' }],
        output: 'wrote a',
        isError: false,
        exitCode: 0,
      },
    ])
    seen.length = 0
    await runWith('post_response', tell)
    expect(seen).toMatchObject([{ hook: 'post_response', text: 'done' }])
  })

  const kaput = (): never => {
    throw new Error('kaput')
  }

  test.each([
    ['post_tool_use', 'rejects', async () => kaput()],
    ['post_tool_use', 'throws at once', kaput],
    ['post_response', 'rejects', async () => kaput()],
  ] as const)('changes nothing when it breaks (%s %s), and that is told to readers', async (hook, _, answer) => {
    wrote.length = 0
    const host = manualHost()
    const executor: HookExecutor = { contract: 1, fire: (event) => (event.hook === hook ? answer() : Promise.resolve(undefined)) }
    const llm = scriptedLlm([[callOf('write', { path: 'a' })], 'done'])
    const run = await createAgent({ llm, tools: [write], hooks: executor, host, permissions: policy({ default: 'allow' }) }).run('do it')
    const failures = eventsOf(run, 'persistence_failed')
    expect(await run.completed()).toMatchObject({ text: 'done' })
    expect(resultsIn(llm.requests[1])).toEqual(['wrote a'])
    expect(await failures).toEqual([{ type: 'persistence_failed', operation: `hook ${hook}`, error: 'kaput' }])
  })

  test('changes nothing by what it answers, and holds nobody up', async () => {
    const blocked = await runWith('post_tool_use', async () => ({ decision: 'block', reason: 'too late' }))
    expect(blocked.read).toEqual(['wrote a'])
    const hanging = await runWith('post_tool_use', () => new Promise(() => {}))
    expect([hanging.result.status, hanging.now]).toEqual(['completed', 0])
  })
})
