/** Permissions in a run: deny, then ask, then allow, then the default; and no approval reaches further than what was shown. */
import { describe, expect, test } from 'vitest'
import { type AgentOptions, type Answer, createAgent, jsonSchema, policy, type Rule, tool, type WaitingFor } from '../../src/index.ts'
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
const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })

type Given = Partial<AgentOptions> & { readonly replies?: readonly ScriptedReply[]; readonly path?: string }

/** What the model reads of one call that writes, and what the run tells. */
async function callWith({ path = 'src/a', replies = [[callOf('write', { path })], 'done'], ...options }: Given) {
  wrote.length = 0
  const llm = scriptedLlm(replies)
  const run = await createAgent({ llm, tools: [write, look], ...options }).run('go')
  const result = await run.result
  return { llm, run, result, read: String(resultsIn(llm.requests[1])[0]) }
}

const approve: Answer = { decision: 'approve' }

describe('a call', () => {
  const allowed: Rule = { allow: { tool: 'write' } }
  const inSource: Rule = { allow: { path: 'src/**' } }

  test.each([
    ['is denied by a rule that denies it, whatever allows it', [allowed, { deny: { path: 'src/**' } }], /policy denies it \(rule .*deny/],
    ['is asked for by a rule that asks, whatever allows it', [allowed, { ask: { path: 'src/**' } }], /needs an approval \(rule .*ask/],
    ['is allowed by a rule', [inSource], /^wrote src\/a$/],
    ['is judged by the default where no rule speaks of it', [{ allow: { path: 'docs/**' } }], /approval \(default for write src\/a\)/],
  ] as const)('%s', async (_, rules, words) => {
    const { read, result } = await callWith({ permissions: policy({ rules }) })
    expect(read).toMatch(words)
    expect(result).toMatchObject({ status: 'completed', text: 'done' })
  })

  test('that is denied leaves a fact with its arguments and the reason, and an error that programs can tell', async () => {
    const { run } = await callWith({ permissions: policy({ rules: [{ deny: { tool: 'write', access: 'write' } }] }) })
    const [denied] = await eventsOf(run, 'permission_denied')
    expect(denied).toMatchObject({ toolName: 'write', args: { path: 'src/a' }, reason: expect.stringContaining('the policy denies it') })
    expect(await eventsOf(run, 'tool_end')).toMatchObject([{ callId: denied?.callId, isError: true, errorKind: 'permission_denied' }])
    expect(await eventsOf(run, 'tool_execution_start')).toEqual([])
  })

  test('of a tool that is always denied is not offered to the model, and denied all the same when it is made', async () => {
    const { llm, read } = await callWith({ permissions: policy({ rules: [{ deny: { tool: 'write' } }] }) })
    expect(llm.requests[0]?.tools.map(({ name }) => name)).toEqual(['look'])
    expect(read).toMatch(/policy denies it/)
    expect(wrote).toEqual([])
  })

  test('is judged by a policy of your own, which is told whose it is', async () => {
    const seen: unknown[] = []
    const permissions = {
      ...policy(),
      judge: (request: unknown) => (seen.push(request), { decision: 'deny' as const, reason: 'not yours' }),
    }
    const llm = scriptedLlm([[callOf('write', { path: 'a' })], 'done'])
    const run = await createAgent({ llm, tools: [write], permissions }).run('go', { metadata: { user: '42' } })
    await run.completed()
    expect(seen).toEqual([
      {
        tool: 'write',
        accesses: [{ kind: 'write', path: 'a' }],
        effect: 'idempotent',
        args: { path: 'a' },
        session: { id: run.sessionId, metadata: { user: '42' } },
      },
    ])
    expect(resultsIn(llm.requests[1])).toEqual(["'write' was not allowed: the policy denies it (not yours)."])
  })

  test('that a tool makes is judged as one of the model is', async () => {
    const both = tool({
      name: 'both',
      description: 'Writes.',
      effect: 'composite',
      access: () => [],
      execute: async (_, { invoke }) => (await invoke('write', { path: 'a' })).content,
    })
    const { read } = await callWith({
      tools: [both, write],
      replies: [[callOf('both')], 'done'],
      permissions: policy({ rules: [{ allow: { tool: 'both' } }, { deny: { access: 'write' } }] }),
    })
    expect(read).toMatch(/'write' was not allowed: the policy denies it/)
  })
})

describe('a call that needs an approval', () => {
  test('is refused, with the reason, where nobody is there and nothing would outlive the process', async () => {
    const { read, run } = await callWith({})
    expect(read).toBe("'write' was not allowed: it needs an approval (default for write src/a) and nobody is here to give one.")
    expect(await eventsOf(run, 'confirmation_required')).toEqual([])
  })

  test('waits all the same where the agent says so', async () => {
    const { result } = await callWith({ unanswered: 'suspend' })
    expect(result).toMatchObject({ status: 'suspended', waitingFor: [{ toolName: 'write', args: { path: 'src/a' } }] })
  })

  test('is shown in place to whoever is there, and runs when it is approved', async () => {
    const shown: WaitingFor[] = []
    const { read, run } = await callWith({ confirm: async (request) => (shown.push(request), { ...approve, by: 'Ada' }) })
    expect(read).toBe('wrote src/a')
    const [required] = await eventsOf(run, 'confirmation_required')
    expect(shown).toEqual([
      {
        requestId: required?.requestId,
        kind: 'confirmation',
        toolName: 'write',
        callId: required?.callId,
        args: { path: 'src/a' },
        accesses: [{ kind: 'write', path: 'src/a' }],
        reason: 'default for write src/a',
        sessionId: run.sessionId,
        runId: run.id,
      },
    ])
    expect(await eventsOf(run, 'confirmation_received')).toMatchObject([{ approved: true, by: 'Ada' }])
  })

  test.each([
    [{ decision: 'reject' as const }, 'It was rejected.'],
    [{ decision: 'reject' as const, message: 'use the other file' }, 'It was rejected: use the other file'],
  ])('is not run when it is rejected, and the model reads the words (%j)', async (answer, words) => {
    const { read, run, result } = await callWith({ confirm: async () => answer })
    expect([read, result.status, wrote]).toEqual([words, 'completed', []])
    expect(await eventsOf(run, 'tool_end')).toMatchObject([{ isError: true, errorKind: 'rejected' }])
  })

  test.each([
    ['says nothing', async () => undefined],
    ['breaks', () => Promise.reject(new Error('no terminal'))],
    [
      'breaks at once',
      () => {
        throw new Error('no terminal')
      },
    ],
  ])('is refused, or waits, when whoever is there %s', async (_, confirm) => {
    const refused = await callWith({ confirm })
    expect(refused.read).toBe('It was rejected: nobody answered')
    expect(await eventsOf(refused.run, 'confirmation_received')).toMatchObject([{ approved: false, message: 'nobody answered' }])
    expect((await callWith({ confirm, unanswered: 'suspend' })).result).toMatchObject({ status: 'suspended' })
  })

  test('is not run by an answer that nobody understands', async () => {
    const { read } = await callWith({ confirm: async () => ({ decision: 'yes' }) as unknown as Answer })
    expect([read, wrote]).toEqual(['It was rejected: nobody answered', []])
  })

  test('runs with the arguments that a person wrote instead, once they are checked and judged', async () => {
    const edit = (input: { readonly path: string | number }, rules: readonly Rule[] = []) =>
      callWith({ permissions: policy({ rules }), confirm: async () => ({ decision: 'approve', input }) })
    const good = await edit({ path: 'docs/b' })
    expect([good.read, wrote]).toEqual(['wrote docs/b', ['docs/b']])
    expect(await eventsOf(good.run, 'tool_execution_start')).toMatchObject([
      { args: { path: 'docs/b' }, accesses: [{ kind: 'write', path: 'docs/b' }] },
    ])
    expect((await edit({ path: 7 })).read).toMatch(/'write' do not match its schema/)
    expect((await edit({ path: 'secret' }, [{ deny: { path: 'secret' } }])).read).toMatch(/policy denies it/)
    expect(wrote).toEqual([])
  })

  test('is asked for once for each call, also when two are alike', async () => {
    let asked = 0
    const { llm } = await callWith({
      confirm: async () => (++asked === 1 ? approve : { decision: 'reject' }),
      replies: [[callOf('write', { path: 'a' }), callOf('write', { path: 'a' })], 'done'],
    })
    expect(resultsIn(llm.requests[1])).toEqual(['wrote a', 'It was rejected.'])
    expect(asked).toBe(2)
  })

  test('lets other calls run meanwhile', async () => {
    const host = manualHost()
    const answered = Promise.withResolvers<Answer>()
    const llm = scriptedLlm([[callOf('write', { path: 'a' }), callOf('look')], 'done'])
    const run = await createAgent({ llm, tools: [write, look], host, confirm: () => answered.promise }).run('go')
    for await (const { event } of run) if (event.type === 'tool_end') break
    answered.resolve(approve)
    await pass(run.completed(), host.clock)
    expect((await eventsOf(run, 'tool_end')).map(({ name }) => name)).toEqual(['look', 'write'])
    expect(resultsIn(llm.requests[1])).toEqual(['wrote a', 'seen'])
  })

  test('takes the question back when the time of the call that made it is up', async () => {
    const host = manualHost()
    const asked = Promise.withResolvers<AbortSignal>()
    const outer = tool({
      name: 'outer',
      description: 'Writes.',
      effect: 'composite',
      access: () => [],
      timeoutMs: 1000,
      execute: async (_, { invoke }) => (await invoke('write', { path: 'a' })).content,
    })
    const llm = scriptedLlm([[callOf('outer')], 'done'])
    const confirm = (_: WaitingFor, { signal }: { readonly signal: AbortSignal }) => (
      asked.resolve(signal),
      new Promise<undefined>(() => {})
    )
    const run = await createAgent({ llm, tools: [outer, write], host, confirm }).run('go')
    await pass(run.completed(), host.clock)
    expect((await asked.promise).reason).toMatchObject({ code: 'timeout' })
    expect((await eventsOf(run, 'tool_end')).map(({ name, errorKind }) => [name, errorKind])).toEqual([
      ['write', 'cancelled'],
      ['outer', 'timeout'],
    ])
  })

  test('takes the question back when the run is cancelled', async () => {
    const asked = Promise.withResolvers<AbortSignal>()
    const llm = scriptedLlm([[callOf('write', { path: 'a' })]])
    const run = await createAgent({
      llm,
      tools: [write],
      confirm: (_, { signal }) => (asked.resolve(signal), new Promise(() => {})),
    }).run('go')
    const signal = await asked.promise
    expect(await run.cancel('enough')).toBe(true)
    expect(signal.aborted).toBe(true)
    expect(await eventsOf(run, 'tool_end')).toMatchObject([{ errorKind: 'cancelled', output: expect.stringContaining('did not run') }])
  })
})
