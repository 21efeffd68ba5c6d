/** A fork can say what open calls came to: the model reads that instead, and nothing is run for it. */
import { describe, expect, test } from 'vitest'
import { createAgent, dataProtection, type Envelope, forkSession, memoryStore, openSession, tool, verifySession } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'

async function factsOf(store: SessionStore, id: string): Promise<readonly Envelope[]> {
  const facts: Envelope[] = []
  for await (const envelope of (await openSession(store, id)).events({ follow: false })) facts.push(envelope)
  return facts
}

/** A run of two calls that happen at once, told and ended. */
async function played() {
  let changes = 0
  const change = tool<{ readonly name: string }>({
    name: 'change',
    description: 'Changes.',
    access: ({ name }) => [{ kind: 'write', path: name }],
    effect: 'unsafe',
    execute: ({ name }) => `changed ${name}, number ${++changes}`,
  })
  const llm = scriptedLlm([[callOf('change', { name: 'a' }), callOf('change', { name: 'b' })], 'Both.', 'As you say.'])
  const store = memoryStore()
  const confirm = () => Promise.resolve({ decision: 'approve' as const })
  const agent = createAgent({ llm, store, tools: [change], confirm })
  const run = await agent.run('Change a and b')
  await run.completed()
  const facts = await factsOf(store, run.sessionId)
  const before = facts[facts.findIndex(({ event }) => event.type === 'tool_end') - 1]
  const ids = facts.flatMap(({ event }) => (event.type === 'tool_end' ? [event.callId] : []))
  return { agent, llm, store, id: run.sessionId, at: before?.cursor ?? '', ids, changes: () => changes }
}

describe('a fork with results', () => {
  test('goes on as if the calls had come to them, in call order, and runs nothing', async () => {
    const { agent, llm, store, id, at, ids, changes } = await played()
    const [first = '', second = ''] = ids
    const results = {
      [first]: { content: 'no space left', isError: true },
      [second]: { content: [{ type: 'text' as const, text: 'fine' }] },
    }
    const fork = await forkSession(store, id, { at, keepRun: true, results })
    const session = await agent.session({ id: fork, create: false })
    expect(await (await session.resume())?.completed()).toMatchObject({ text: 'As you say.' })
    expect(llm.requests.at(-1)?.messages.at(-1)?.content).toMatchObject([
      { type: 'tool_result', content: 'no space left', isError: true },
      { type: 'tool_result', content: [{ type: 'text', text: 'fine' }], isError: false },
    ])
    expect(changes()).toBe(2)
    const ends = (await factsOf(store, fork)).filter(({ event }) => event.type === 'tool_end')
    expect(ends.map(({ event }) => event)).toMatchObject([{ metadata: { given: true } }, { metadata: { given: true } }])
    expect(await verifySession(store, fork)).not.toHaveProperty('problem')
  })

  test('says of the calls that are left out that nobody knows', async () => {
    const { store, id, at, ids } = await played()
    const fork = await forkSession(store, id, { at, keepRun: true, results: { [ids[1] ?? '']: { content: 'fine' } } })
    const ends = (await factsOf(store, fork)).flatMap(({ event }) => (event.type === 'tool_end' ? [event] : []))
    expect(ends).toMatchObject([
      { callId: ids[0], errorKind: 'unknown_outcome' },
      { callId: ids[1], output: 'fine' },
    ])
  })

  test('is refused for a call that is not open there, naming those that are, and leaves nothing behind', async () => {
    const { store, id, at, ids } = await played()
    const refused = forkSession(store, id, { at, id: 'fork', results: { '99.0': { content: 'x' } } })
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(`open there: ${ids.join(', ')}`),
    })
    const late = forkSession(store, id, { id: 'fork', results: { [ids[0] ?? '']: { content: 'x' } } })
    await expect(late).rejects.toMatchObject({ message: expect.stringContaining('no call is open there') })
    await expect(openSession(store, 'fork')).rejects.toMatchObject({ code: 'session_not_found' })
  })

  test('stores no secret that stands in what it is given', async () => {
    const { store, id, at, ids } = await played()
    const secret = 'swordfish-4711-Quokka-zebra'
    const security = dataProtection({ values: { DEPLOY_TOKEN: secret } })
    const results = Object.fromEntries(ids.map((each) => [each, { content: `It says ${secret}.` }]))
    const fork = await forkSession(store, id, { at, keepRun: true, results, metadata: { note: secret }, security })
    const stored: string[] = []
    for await (const key of store.keys()) for await (const { record } of store.read(key)) stored.push(record)
    expect(stored.filter((record) => record.includes(secret))).toEqual([])
    expect(JSON.stringify(await factsOf(store, fork))).toContain('It says [redacted:DEPLOY_TOKEN].')
  })
})
