/** Calls that a journal has, judged again: by what they touched then, with the rule of then beside the rule of now. */
import { describe, expect, test } from 'vitest'
import {
  type AgentOptions,
  createAgent,
  type Envelope,
  judgeCall,
  jsonSchema,
  policy,
  recordedCalls,
  replayPolicy,
  type Rule,
  tool,
} from '../../src/index.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'

const ran: string[] = []
const write = tool<{ path: string }>({
  name: 'write',
  description: 'Writes.',
  input: jsonSchema<{ path: string }>({ type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }),
  access: ({ path }) => [{ kind: 'write', path }],
  effect: 'idempotent',
  execute: ({ path }) => `wrote ${ran.push(path)}`,
})

async function factsOf(paths: readonly string[], options: Partial<AgentOptions>): Promise<readonly Envelope[]> {
  const llm = scriptedLlm([paths.map((path) => callOf('write', { path })), 'done'])
  const run = await createAgent({ llm, tools: [write], ...options }).run('go')
  const facts: Envelope[] = []
  for await (const envelope of run) if (envelope.durable) facts.push(envelope)
  return facts
}

const rules: readonly Rule[] = [{ allow: { path: 'a' } }, { deny: { path: 'b' } }, { ask: { path: 'c' } }, { ask: { path: 'd' } }]
const facts = (): Promise<readonly Envelope[]> =>
  factsOf(['a', 'b', 'c', 'd', 'e'], {
    permissions: policy({ rules }),
    confirm: async ({ args }) =>
      (args as { path: string }).path === 'd' ? { decision: 'approve', input: { path: 'dd' } } : { decision: 'reject', message: 'no' },
  })

const byPath = (calls: ReturnType<typeof recordedCalls>) =>
  calls
    .map(({ args, decision, answer, rule }) => [(args as { path: string }).path, decision, answer, rule?.rule] as const)
    .toSorted(([a], [b]) => a.localeCompare(b))

describe('the calls of a journal', () => {
  test('are told with what was decided, which rule did, and what was answered; of an edited one what ran', async () => {
    expect(byPath(recordedCalls(await facts()))).toEqual([
      ['a', 'allow', undefined, undefined],
      ['b', 'deny', undefined, { deny: { path: 'b' } }],
      ['c', 'ask', 'rejected', { ask: { path: 'c' } }],
      ['dd', 'ask', 'approved', { ask: { path: 'd' } }],
      ['e', 'ask', 'rejected', undefined],
    ])
  })

  test('are questions where nobody was there to be asked, and denials where what was approved is denied', async () => {
    const nobody = await factsOf(['e'], {})
    expect(byPath(recordedCalls(nobody))).toEqual([['e', 'ask', undefined, undefined]])
    const edited = await factsOf(['c'], {
      permissions: policy({ rules }),
      confirm: async () => ({ decision: 'approve', input: { path: 'b' } }),
    })
    expect(byPath(recordedCalls(edited))).toEqual([['b', 'deny', 'approved', { deny: { path: 'b' } }]])
  })
})

describe('another policy', () => {
  test('is held against what was touched then, and nothing is run', async () => {
    const journal = await facts()
    ran.length = 0
    const replayed = replayPolicy(journal, { policy: policy({ rules: [{ deny: { path: 'a' } }], mode: 'full' }) })
    const told = replayed.map(({ call, judgement, changes }) => [(call.args as { path: string }).path, judgement?.decision, changes])
    expect(told.toSorted(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
      ['a', 'deny', true],
      ['b', 'allow', true],
      ['c', 'allow', true],
      ['dd', 'allow', true],
      ['e', 'allow', true],
    ])
    expect(ran).toEqual([])
  })

  test('the same one changes nothing', async () => {
    const replayed = replayPolicy(await facts(), { policy: policy({ rules }) })
    // What somebody wrote in place of 'd' is asked for by the default.
    expect(replayed.map(({ changes }) => changes)).toEqual([false, false, false, false, false])
  })

  test('cannot judge a denial of an older journal, which does not say what would have been touched', async () => {
    const older = (await facts()).map((envelope): Envelope => {
      if (envelope.event.type !== 'permission_denied') return envelope
      const { accesses: _, effect: __, rule: ___, ...event } = envelope.event
      return { ...envelope, event }
    })
    const [unknown, ...others] = replayPolicy(older, { policy: policy({ rules }) }).filter(({ judgement }) => judgement === undefined)
    expect(unknown).toMatchObject({ call: { args: { path: 'b' }, decision: 'deny' }, changes: false })
    expect(others).toEqual([])
  })

  test('counts what people had allowed for the session by then', async () => {
    const llm = scriptedLlm([[callOf('write', { path: 'c' })], [callOf('write', { path: 'c' })], 'done'])
    const permissions = policy({ layers: [{ layer: 'user', rules }] })
    const confirm = async () => ({ decision: 'approve', always: [{ allow: { path: 'c' } }] }) as const
    const run = await createAgent({ llm, tools: [write], permissions, confirm }).run('go')
    const journal: Envelope[] = []
    for await (const envelope of run) if (envelope.durable) journal.push(envelope)
    expect(recordedCalls(journal).map(({ decision }) => decision)).toEqual(['ask', 'allow'])
    expect(replayPolicy(journal, { policy: permissions }).map(({ changes }) => changes)).toEqual([false, false])
  })

  test('knows whose the calls were', async () => {
    const session = { id: 's', metadata: { agent: 'reviewer' } }
    const [call] = replayPolicy(await factsOf(['a'], { permissions: policy({ mode: 'full' }) }), {
      policy: policy({ rules: [{ deny: { agent: 'review*' } }], mode: 'full' }),
      session,
    })
    expect(call).toMatchObject({ judgement: { decision: 'deny' }, changes: true })
  })
})

describe('a call that nobody makes', () => {
  test('is judged as it would be, and not run', async () => {
    ran.length = 0
    const judge = policy({ rules: [{ deny: { tool: 'write', effect: 'idempotent' } }] })
    expect(await judgeCall(write, { path: 'a' }, { policy: judge })).toMatchObject({
      ok: true,
      request: { tool: 'write', accesses: [{ kind: 'write', path: 'a' }], effect: 'idempotent', args: { path: 'a' } },
      judgement: { decision: 'deny' },
    })
    expect(await judgeCall(write, {}, { policy: judge })).toMatchObject({
      ok: false,
      problem: expect.stringContaining('do not match its schema'),
    })
    expect(ran).toEqual([])
  })
})
