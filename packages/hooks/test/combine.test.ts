/** Several hooks: their order, what each is told of, and what becomes of changes and failures. */
import { hooks } from '@seamfold/core'
import type { Access, HookDecision, HookEvent, HookExecutor, Json } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { combineHooks, type HookMatch, type OrderedHooks } from '../src/index.ts'

const place = { sessionId: 's', runId: 'r', metadata: {} }
const call = (more: Partial<Extract<HookEvent, { hook: 'pre_tool_use' }>> = {}): HookEvent => ({
  hook: 'pre_tool_use',
  ...place,
  tool: 'write',
  callId: '1.0',
  input: { path: 'src/a.ts' },
  accesses: [{ kind: 'write', path: 'src/a.ts' }],
  ...more,
})
const told = (more: object = {}): HookEvent => ({ ...call(), hook: 'post_tool_use', output: '', isError: false, ...more }) as HookEvent
const prompt: HookEvent = { hook: 'pre_prompt', ...place, prompt: 'go' }
const success: HookEvent = {
  hook: 'on_success',
  ...place,
  text: '',
  usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
  waitingFor: [],
}

const fire = (given: readonly (HookExecutor | OrderedHooks)[], event: HookEvent) =>
  combineHooks(given).fire(event, { signal: new AbortController().signal })

const saying = (answer: (event: HookEvent) => HookDecision | undefined | Promise<HookDecision | undefined>): HookExecutor => ({
  contract: 1,
  fire: async (event) => answer(event),
})

describe('the order', () => {
  test('is that of priorities, then of the list', async () => {
    const asked: string[] = []
    const named = (name: string, priority?: number): OrderedHooks => ({
      hooks: saying(() => void asked.push(name)),
      ...(priority === undefined ? {} : { priority }),
    })
    await fire(
      [named('c'), named('d', 100), named('e', 101), named('a', -1), named('b', 5), saying(() => void asked.push('plain'))],
      prompt,
    )
    expect(asked).toEqual(['a', 'b', 'c', 'd', 'plain', 'e'])
  })

  test('makes a chain of changes: each sees those before it, and the last is what holds', async () => {
    const seen: HookEvent[] = []
    const adding = (word: string) =>
      hooks({
        pre_prompt: (event) => (seen.push(event), { decision: 'continue', prompt: `${event.prompt} ${word}` }),
        pre_tool_use: (event) => (seen.push(event), { decision: 'continue', input: [event.input, word] }),
      })
    expect(await fire([adding('well'), saying(() => undefined), adding('today')], prompt)).toEqual({
      decision: 'continue',
      prompt: 'go well today',
    })
    seen.length = 0
    expect(await fire([adding('a'), saying(() => ({ decision: 'continue' })), adding('b')], call({ input: 0 }))).toEqual({
      decision: 'continue',
      input: [[0, 'a'], 'b'],
    })
    // What the changed arguments would touch is not known yet.
    expect(seen).toEqual([call({ input: 0 }), { ...place, hook: 'pre_tool_use', tool: 'write', callId: '1.0', input: [0, 'a'] }])
  })

  test('ends with the first that blocks', async () => {
    let later = 0
    const block = saying(() => ({ decision: 'block', reason: 'no' }))
    expect(await fire([saying(() => ({ decision: 'continue', input: 1 })), block, saying(() => void later++)], call())).toEqual({
      decision: 'block',
      reason: 'no',
    })
    expect(later).toBe(0)
  })

  test.each([
    ['breaks', () => Promise.reject(new Error('kaput')), 'guard: kaput'],
    ['answers nonsense', () => ({ decision: 'perhaps' }) as never, 'guard answered {"decision":"perhaps"}'],
    ['answers null', () => null as never, 'guard answered null'],
  ])('ends with the first that %s, which blocks by failing', async (_, answer, message) => {
    let later = 0
    const guard = { hooks: saying(answer), name: 'guard' }
    await expect(fire([guard, saying(() => void later++)], call())).rejects.toThrow(message)
    expect(later).toBe(0)
  })
})

describe('who said what of a call', () => {
  const passing = saying(() => ({ decision: 'continue' }))
  const replacing = (input: Json) => saying(() => ({ decision: 'continue', input }))

  test('is told of those with a name, and of what they replaced; those without one only where they spoke', async () => {
    const given = [
      { name: 'silent', hooks: saying(() => undefined) },
      { name: 'elsewhere', hooks: passing, tool: 'bash' },
      saying(() => undefined),
      { name: 'paths', hooks: replacing({ path: 'b', text: 'x' }) },
      replacing({ path: 'b' }),
      { name: 'last', hooks: passing },
    ]
    expect(await fire(given, call({ input: { path: 'a', text: 'x' } }))).toEqual({
      decision: 'continue',
      input: { path: 'b' },
      by: [
        { name: 'silent', decision: 'silent' },
        { name: 'paths', decision: 'continue', changed: ['path'] },
        { decision: 'continue', changed: ['text'] },
        { name: 'last', decision: 'continue' },
      ],
    })
  })

  test('ends with the one that blocks, and its reason', async () => {
    const block = saying(() => ({ decision: 'block', reason: 'no' }))
    const given = [
      { name: 'first', hooks: passing },
      { name: 'guard', hooks: block },
      { name: 'later', hooks: passing },
    ]
    expect(await fire(given, call())).toEqual({
      decision: 'block',
      reason: 'no',
      by: [
        { name: 'first', decision: 'continue' },
        { name: 'guard', decision: 'block', reason: 'no' },
      ],
    })
  })

  test('is told through others that are combined, and of calls only', async () => {
    const inner = combineHooks([{ name: 'inner', hooks: passing }])
    expect(await fire([{ name: 'outer', hooks: inner }], call())).toEqual({
      decision: 'continue',
      by: [{ name: 'inner', decision: 'continue' }],
    })
    expect(await fire([{ name: 'outer', hooks: inner }], prompt)).toEqual({ decision: 'continue' })
  })
})

describe('hooks that observe', () => {
  test('are told all at once, whoever breaks; all that broke are named', async () => {
    const told2: string[] = []
    const both = Promise.withResolvers<undefined>()
    const waiting = (name: string) =>
      saying(() => {
        if (told2.push(name) === 2) both.resolve(undefined)
        return both.promise
      })
    const throwing: HookExecutor = {
      contract: 1,
      fire() {
        throw new Error('again')
      },
    }
    const broken = { hooks: saying(() => Promise.reject(new Error('kaput'))), name: 'reporter' }
    await expect(fire([broken, waiting('a'), waiting('b'), throwing], success)).rejects.toThrow('reporter: kaput; hook 4: again')
    expect(told2).toEqual(['a', 'b'])
  })

  test('decide nothing', async () => {
    expect(await fire([saying(() => ({ decision: 'block', reason: 'no' }))], success)).toBeUndefined()
  })

  test('are waited for by whoever wants to end', async () => {
    const heard = Promise.withResolvers<undefined>()
    const combined = combineHooks([saying(() => heard.promise)])
    const order: string[] = []
    const telling = combined.fire(success, { signal: new AbortController().signal }).then(() => order.push('told'))
    const idle = combined.idle().then(() => order.push('idle'))
    heard.resolve(undefined)
    await Promise.all([telling, idle])
    expect(order).toEqual(['told', 'idle'])
    await combined.idle()
  })
})

describe('what is matched', () => {
  const request = { requestId: 'q', kind: 'confirmation', callId: '1.0', args: {}, reason: '', sessionId: 's', runId: 'r' } as const
  const asking = (toolName: string, accesses: readonly Access[] = []): HookEvent => ({
    hook: 'on_confirmation',
    ...place,
    request: { ...request, toolName, accesses },
  })
  const agent = (name: string): HookEvent => call({ metadata: { agent: name } })
  const touching = (...accesses: Access[]): HookEvent => call({ accesses })
  const { accesses: _, ...changed } = call() as Extract<HookEvent, { hook: 'pre_tool_use' }>

  const table: [string, HookMatch, HookEvent, boolean][] = [
    ['everything', {}, success, true],
    ['a hook', { on: 'on_success' }, success, true],
    ['another hook', { on: ['on_error', 'pre_prompt'] }, success, false],
    ['a tool', { tool: 'write' }, call(), true],
    ['another tool', { tool: 'writ' }, call(), false],
    ['tools by pattern', { tool: ['read', 'mcp__*'] }, call({ tool: 'mcp__a/b' }), true],
    ['a tool whose name is a pattern’s letters', { tool: 'w.ite' }, call(), false],
    ['any tool, of what has none', { tool: '*' }, prompt, false],
    ['a tool that is asked about', { tool: 'bash' }, asking('bash'), true],
    ['another tool that is asked about', { tool: 'bash' }, asking('write'), false],
    ['a path', { path: 'src/*.ts' }, call(), true],
    ['another path', { path: 'test/**' }, call(), false],
    ['one of several paths', { path: ['test/**', 'src/**'] }, touching({ kind: 'net', host: 'a' }, { kind: 'read', path: 'src/b' }), true],
    ['a path below one that is touched', { path: 'src/secret/**' }, touching({ kind: 'write', path: 'src' }), true],
    ['a path beside one that is touched', { path: 'src/secret/**' }, touching({ kind: 'write', path: 'sr' }), false],
    ['a path in the folder that is touched whole', { path: 'src/**' }, touching({ kind: 'write', path: '.' }), true],
    ['a path, of a call that declares nothing', { path: 'src/**' }, touching({ kind: 'other' }), true],
    [
      'a path, of a command that could not be read',
      { path: 'src/**' },
      touching({ kind: 'exec', command: '$x', undecided: 'a variable' }),
      true,
    ],
    ['a path, of a command that could', { path: 'src/**' }, touching({ kind: 'exec', command: 'ls', commands: ['ls'] }), false],
    ['a path that only running tells', { path: 'src/**' }, touching({ kind: 'write', path: '/' }), true],
    ['a path, of arguments that a hook changed', { path: 'src/**' }, changed, true],
    ['a path, of what is over and never told', { path: 'src/**' }, told({ accesses: [{ kind: 'other' }] }), false],
    ['a path, of what is over', { path: 'src/**' }, told(), true],
    ['a path, of a prompt', { path: '**' }, prompt, false],
    ['a path that is asked about', { path: 'src/**' }, asking('write', [{ kind: 'write', path: 'src/a' }]), true],
    ['a sub-agent', { agent: 'scout' }, agent('scout'), true],
    ['another sub-agent', { agent: 'scout' }, agent('lead'), false],
    ['a sub-agent, of the agent outside', { agent: 'scout' }, call(), false],
    ['the agent outside', { agent: '' }, call(), true],
    ['the agent outside, of a sub-agent', { agent: '' }, agent('scout'), false],
    ['any agent', { agent: '*' }, call(), true],
    ['all of it', { on: 'pre_tool_use', tool: 'write', path: 'src/**', agent: '' }, call(), true],
    ['all but one', { on: 'pre_tool_use', tool: 'write', path: 'src/**', agent: 'x' }, call(), false],
  ]

  test.each(table.map(([name, ...row]) => ({ name, row })))('$name', async ({ row: [match, event, expected] }) => {
    let asked = false
    await fire([{ hooks: saying(() => void (asked = true)), ...match }], event)
    expect(asked).toBe(expected)
  })

  test('after a change is what the change made of it', async () => {
    let asked = 0
    const rewrite = saying(() => ({ decision: 'continue', input: { path: 'secret/a' } }))
    await fire([rewrite, { hooks: saying(() => void asked++), path: 'secret/**' }], call())
    expect(asked).toBe(1)
  })
})

test.each([
  [[{ contract: 2, fire: () => Promise.resolve(undefined) }], /Number 1 of the hooks is no hook executor of contract 1/],
  [[{}], /Number 1 of the hooks is no hook executor/],
  [[{ hooks: saying(() => undefined), on: 'pre_tool' }], /There is no hook 'pre_tool'; there are session_start, pre_prompt/],
  [[{ hooks: saying(() => undefined), tool: [] }], /The option 'tool' of a hook is empty/],
  [[{ hooks: saying(() => undefined), priority: Number.NaN }], /The priority of hook 1 is not a number/],
])('what cannot be combined is refused', (given, message) => {
  expect(() => combineHooks(given as unknown as OrderedHooks[])).toThrow(message)
})
