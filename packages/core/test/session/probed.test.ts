/** A call that a process left behind, and of which its probe tells what came: its result goes out by the way of any other. */
import { describe, expect, test } from 'vitest'
import {
  type AgentOptions,
  askWhenUnknown,
  budgetLedger,
  createAgent,
  dataProtection,
  failed,
  hooks,
  laneQueue,
  memoryStore,
  openSession,
  policy,
  tool,
  type Tool,
  type ToolOptions,
} from '../../src/index.ts'
import type { HookEvent, SessionStore } from '../../src/kit.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { collect, resultsIn } from '../middleware/runs.ts'

const SECRET = 'correct-horse-battery'

const pay = (options: Partial<ToolOptions<unknown>>): Tool =>
  tool({
    name: 'pay',
    description: 'Pays.',
    effect: 'unsafe',
    access: () => [{ kind: 'write', path: 'a' }],
    execute: () => 'paid again',
    ...options,
  })

const note = tool({ name: 'note', description: 'Notes.', readOnly: true, execute: () => 'noted' })

const done = (result: unknown): Partial<ToolOptions<unknown>> => ({ probe: async () => ({ state: 'done', result }) })

/** A process that dies in the middle of the call, and another one that goes on. */
async function goneOnWith(tools: readonly Tool[], options: Partial<AgentOptions> = {}) {
  const store: SessionStore = memoryStore()
  const dying = createAgent({
    llm: scriptedLlm([[callOf('note')], [callOf('pay')]]),
    tools: [note, pay({ execute: () => new Promise(() => {}) })],
    store,
    permissions: policy({ default: 'allow' }),
  })
  for await (const { event } of await (await dying.session({ id: 's' })).send('go'))
    if (event.type === 'tool_execution_start' && event.name === 'pay') break
  const llm = scriptedLlm(['done'])
  const agent = createAgent({ llm, tools, store, ...options })
  const session = await agent.session({ id: 's' })
  const result = await (await session.resume())?.result
  await agent.close()
  const events = (await collect((await openSession(store, 's')).events({ follow: false }))).map(({ event }) => event)
  return { status: result?.status, read: resultsIn(llm.requests[0]), events, end: events.findLast((event) => event.type === 'tool_end') }
}

describe('what a probe has found', () => {
  test('is sanitized, cut, and told to the hooks behind', async () => {
    const told: HookEvent[] = []
    const { read, end } = await goneOnWith([pay(done(`${SECRET}${'x'.repeat(1000)}`))], {
      maxToolOutput: 100,
      security: dataProtection({ values: { PASSWORD: SECRET } }),
      hooks: hooks({
        pre_tool_use: (event) => (told.push(event), { decision: 'block', reason: 'no' }),
        post_tool_use: (event) => void told.push(event),
      }),
    })
    expect(read).toEqual([expect.stringMatching(/^\[redacted:PASSWORD\]x+\n\n\[… \d+ of \d+ characters are left out/)])
    expect(end).toMatchObject({ isError: false, output: read[0] })
    expect(told).toMatchObject([{ hook: 'post_tool_use', tool: 'pay', output: read[0], isError: false }])
  })

  test('is marked where the tool says that it comes from outside', async () => {
    const { end } = await goneOnWith([pay({ ...done('from far away'), untrusted: true })])
    expect(end).toMatchObject({ untrusted: true })
  })

  test('is seen and may be changed by a middleware of the user', async () => {
    const { read } = await goneOnWith([pay(done('paid'))], {
      use: [
        {
          name: 'loud',
          start: () => ({
            async wrapToolCall(invocation, next) {
              const outcome = await next(invocation)
              return outcome.type === 'result' ? { type: 'result', result: { ...outcome.result, content: 'PAID' } } : outcome
            },
          }),
        },
      ],
    })
    expect(read).toEqual(['PAID'])
  })

  test.each<[string, Partial<AgentOptions>]>([
    ['the policy denies the call now', { permissions: policy({ default: 'deny' }) }],
    ['the policy asks about it now', { permissions: policy({ default: 'ask' }), unanswered: 'suspend' }],
    ['no turn is left', { budget: { perRun: { turns: 1 } } }],
    ['no call is left', { budget: { perSession: { toolCalls: 0.5 } } }],
    [
      'a budget that others share is used up',
      { budget: { ledger: budgetLedger(memoryStore(), { root: 'day', limits: { toolCalls: 0.5 } }) } },
    ],
  ])('stands though %s', async (_, options) => {
    const { read, events, status } = await goneOnWith([pay(done('paid'))], options)
    const told = events.map((event) => (event.type === 'tool_end' ? event.output : ''))
    expect(status === 'completed' ? read : told).toContain('paid')
    expect(events.map(({ type }) => type)).not.toContain('confirmation_required')
    expect(events.map(({ type }) => type)).not.toContain('permission_denied')
  })

  test('waits for no lane, is not tried again there, and is not begun again', async () => {
    const lanes = laneQueue()
    lanes.pause()
    const { read, events } = await goneOnWith([pay(done(failed('the line was cut', { kind: 'transport' })))], { lanes })
    expect(read).toEqual(['the line was cut'])
    expect(events.filter((event) => event.type === 'tool_execution_start' && event.name === 'pay')).toHaveLength(1)
    expect(await lanes.deadLetters()).toEqual([])
  })

  test('is asked of nobody', async () => {
    const { read, events } = await goneOnWith([askWhenUnknown(pay(done('paid')))], { unanswered: 'suspend' })
    expect(read).toEqual(['paid'])
    expect(events.map(({ type }) => type)).not.toContain('confirmation_required')
  })
})

test('what nobody knows is told to the hooks behind, too', async () => {
  const told: unknown[] = []
  await goneOnWith([pay({})], { hooks: hooks({ post_tool_use: (event) => void told.push(event) }) })
  expect(told).toMatchObject([{ isError: true, errorKind: 'unknown_outcome' }])
})
