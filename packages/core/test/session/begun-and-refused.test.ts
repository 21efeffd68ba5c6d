/** A call that was begun by a process that is gone, and that cannot be gone on with: nobody is told that it did not run. */
import { describe, expect, test } from 'vitest'
import {
  type AgentOptions,
  createAgent,
  jsonSchema,
  memoryStore,
  openSession,
  policy,
  tool,
  type Tool,
  type ToolOptions,
} from '../../src/index.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'

const ALLOW = policy({ default: 'allow' })

const pay = (options: Partial<ToolOptions<unknown>>): Tool =>
  tool({
    name: 'pay',
    description: 'Pays.',
    effect: 'keyed',
    access: () => [{ kind: 'write', path: 'a' }],
    execute: () => 'paid again',
    ...options,
  })

type Process = Partial<AgentOptions>

/** One process begins the call and never comes back; another one goes on. Gives what the model was told of the call. */
async function gone(
  began: Partial<ToolOptions<unknown>>,
  then: Process,
): Promise<{ readonly told: unknown; readonly status: string | undefined }> {
  const store = memoryStore()
  const hang = (): Promise<never> => new Promise(() => {})
  const common: AgentOptions = { llm: scriptedLlm([[callOf('pay')], 'done', 'done']), store, permissions: ALLOW }
  const run = await createAgent({ ...common, tools: [pay({ ...began, execute: hang })] }).run('go')
  for await (const { event } of run) if (event.type === 'tool_execution_start') break
  const session = await createAgent({ ...common, llm: scriptedLlm(['done']), ...then }).session({ id: run.sessionId })
  const result = await (await session.resume())?.result
  const told: unknown[] = []
  const view = await openSession(store, run.sessionId)
  for await (const { event } of view.events({ follow: false })) if (event.type === 'tool_end') told.push(event)
  expect(told).toHaveLength(1)
  return { told: told[0], status: result?.status }
}

const UNKNOWN = { errorKind: 'unknown_outcome', isError: true }

describe('a call that was begun is unknown, not refused,', () => {
  test.each([
    ['when its tool is gone', { tools: [] }, "There is no tool 'pay'"],
    [
      'when its arguments no longer fit',
      { tools: [pay({ input: jsonSchema({ type: 'object', required: ['iban'], properties: { iban: { type: 'string' } } }) })] },
      'do not match its schema',
    ],
    ['when the policy denies it now', { tools: [pay({})], permissions: policy({ default: 'deny' }) }, 'the policy denies it'],
    [
      'when a person rejects it now',
      { tools: [pay({})], permissions: policy({ default: 'ask' }), confirm: async () => ({ decision: 'reject', message: 'not today' }) },
      'not today',
    ],
  ] as const satisfies readonly (readonly [string, Process, string])[])('%s', async (_, then, why) => {
    const { told, status } = await gone({}, then)
    expect(told).toMatchObject({ ...UNKNOWN, output: expect.stringContaining(why) as string })
    expect(told).toMatchObject({ output: expect.stringContaining('Nobody knows whether this call') as string })
    expect(status).toBe('completed')
  })

  test('when what it would touch changes just before it runs again', async () => {
    let looks = 0
    const moving = pay({ access: () => [{ kind: 'write', path: looks++ === 0 ? 'a' : 'b' }] })
    expect((await gone({}, { tools: [moving] })).told).toMatchObject(UNKNOWN)
  })
})

test('one without effect is refused as any other', async () => {
  const { told } = await gone({ effect: 'none' }, { tools: [] })
  expect(told).toMatchObject({ errorKind: 'unknown_tool' })
})

test.each([
  ['fails', () => Promise.reject(new Error('no network'))],
  [
    'fails at once',
    () => {
      throw new Error('no network')
    },
  ],
  ['says nothing', () => Promise.resolve(undefined as never)],
] as const)('a probe that %s does not know: keyed calls run again, unsafe ones do not', async (_, probe) => {
  expect((await gone({}, { tools: [pay({ probe })] })).told).toMatchObject({ output: 'paid again' })
  expect((await gone({ effect: 'unsafe' }, { tools: [pay({ probe, effect: 'unsafe' })] })).told).toMatchObject(UNKNOWN)
})

test('a tool that cannot say its effect refuses the call, and the run goes on', async () => {
  const unclear = pay({
    effect: () => {
      throw new Error('which account?')
    },
  })
  const run = await createAgent({ llm: scriptedLlm([[callOf('pay')], 'done']), tools: [unclear], permissions: ALLOW }).run('go')
  expect(await run.completed()).toMatchObject({ text: 'done' })
})

test('a witness that fails keeps its call from running, and a call that had begun is unknown then', async () => {
  const witness = (): Promise<never> => Promise.reject(new Error('no such account'))
  const run = await createAgent({ llm: scriptedLlm([[callOf('pay')], 'done']), tools: [pay({ witness })], permissions: ALLOW }).run('go')
  const ends: unknown[] = []
  for await (const { event } of run) if (event.type === 'tool_end' || event.type === 'tool_execution_start') ends.push(event)
  expect(ends).toMatchObject([{ type: 'tool_end', isError: true, output: expect.stringMatching(/was not run.*no such account/) as string }])
  expect(await run.completed()).toMatchObject({ text: 'done' })
  expect((await gone({}, { tools: [pay({ witness })] })).told).toMatchObject(UNKNOWN)
})
