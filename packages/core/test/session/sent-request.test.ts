/** A request is read back as it was sent, whatever was changed for that call only, and what cannot be is said. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AgentOptions,
  createAgent,
  defineMiddleware,
  forkSession,
  jsonSchema,
  memoryStore,
  policy,
  publicEvents,
  type RecordedRequest,
  recordedRequests,
  redactFacts,
  requestNotes,
  sentRequest,
  tool,
} from '../../src/index.ts'
import { type Message, type SessionStore, userText } from '../../src/kit.ts'
import { STRUCTURED_OUTPUT_TOOL } from '../../src/model/schema.ts'
import type { LlmRequest } from '../../src/ports/llm-client.ts'
import type { TurnDraft } from '../../src/loop/middleware.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect } from '../middleware/runs.ts'

const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'three files' })
const write = tool({ name: 'write', description: 'Writes.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'written' })
const tools = [look, write]
const own = tools.map(({ definition }) => definition)

async function recorded(store: SessionStore, id = 's'): Promise<readonly RecordedRequest[]> {
  const found: RecordedRequest[] = []
  for await (const request of recordedRequests(store, id)) found.push(request)
  return found
}

type Played = { readonly store: SessionStore; readonly requests: readonly LlmRequest[]; readonly found: readonly RecordedRequest[] }

async function play(script: readonly ScriptedReply[], options: Partial<AgentOptions> = {}): Promise<Played> {
  const [llm, store] = [scriptedLlm(script), memoryStore()]
  const session = await createAgent({ llm, store, tools, ...options, use: [requestNotes(), ...(options.use ?? [])] }).session({ id: 's' })
  await (
    await session.send('Go')
  ).result
  return { store, requests: llm.requests, found: await recorded(store) }
}

const perTurn = (change: (draft: TurnDraft) => TurnDraft) => defineMiddleware({ name: 'around', start: () => ({ prepareTurn: change }) })

/** What is read back is what the model got. */
function expectExact({ requests, found }: Played): void {
  expect(found).toHaveLength(requests.length)
  for (const [index, request] of found.entries()) {
    const sent = requests[index]
    expect([request.system, request.messages]).toEqual([sent?.system, sent?.messages])
    expect(sentRequest(request, own).tools).toEqual(sent?.tools)
  }
}

test('a request of an agent that keeps no notes is not said to be certain', async () => {
  const [llm, store] = [scriptedLlm(['One.']), memoryStore()]
  const session = await createAgent({ llm, store, tools }).session({ id: 's' })
  await (await session.send('Go')).completed()
  const [request] = await recorded(store)
  expect(request).not.toHaveProperty('note')
  expect(sentRequest(request as RecordedRequest, own)).toEqual({ how: 'unrecorded', tools: own })
})

describe('a request', () => {
  test('that nothing changed has an empty note', async () => {
    const played = await play([[callOf('look')], 'Three.'])
    expectExact(played)
    for (const request of played.found) {
      expect(request.note).toEqual({})
      expect(sentRequest(request, own).how).toBe('recorded')
    }
  })

  test('whose output was limited has the limit, and no digest', async () => {
    const played = await play(['One.'], { budget: { perRun: { tokens: 50_000 } } })
    expectExact(played)
    expect(played.found[0]?.note).toEqual({ maxOutputTokens: played.requests[0]?.maxOutputTokens })
    expect(sentRequest(played.found[0] as RecordedRequest, own).how).toBe('recorded')
  })

  test('from which the policy hid a tool names those that are left', async () => {
    const played = await play(['One.'], { permissions: policy({ rules: [{ deny: { tool: 'write' } }] }) })
    expectExact(played)
    expect(played.found[0]?.note).toMatchObject({ tools: ['look'] })
    expect(sentRequest(played.found[0] as RecordedRequest, own).how).toBe('rebuilt')
  })

  test('of the last turn has the words that end it, and its choice of tools', async () => {
    const played = await play([[callOf('look')], 'Three.'], { budget: { perRun: { turns: 2 } } })
    expectExact(played)
    expect(played.found[0]).not.toHaveProperty('note.kept')
    expect(played.found[1]?.note).toMatchObject({ toolChoice: 'none', kept: 3 })
    expect(sentRequest(played.found[1] as RecordedRequest, own).how).toBe('rebuilt')
  })

  test.each(['native', 'tool', 'prompt'] as const)('for an answer by a schema is rebuilt where the model takes it as %s', async (mode) => {
    const answer = mode === 'tool' ? [callOf(STRUCTURED_OUTPUT_TOOL, { a: 1 })] : '{"a":1}'
    const [llm, store] = [scriptedLlm([answer], { model: { structuredOutput: mode } }), memoryStore()]
    const output = jsonSchema({ type: 'object', properties: { a: { type: 'number' } } })
    const session = await createAgent({ llm, store, tools, use: [requestNotes()] }).session({ id: 's' })
    await (await session.send('Go', { output })).completed()
    const found = await recorded(store)
    expectExact({ store, requests: llm.requests, found })
    expect(found.map((request) => sentRequest(request, own).how)).not.toContain('differs')
  })

  test('is rebuilt whatever a middleware does to its end, and said not to be where it is too long to keep', async () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(
        fc.record({ added: texts, words: fc.string(), dropped: fc.nat(3), names: fc.subarray(['look', 'write']) }),
        async ({ added, words, dropped, names }) => {
          const change = perTurn((draft) => ({
            ...draft,
            system: draft.system + words,
            tools: draft.tools.filter(({ definition }) => names.includes(definition.name)),
            messages: [...draft.messages.slice(0, Math.max(1, draft.messages.length - dropped)), ...added.map(userText)],
          }))
          const played = await play([[callOf('look')], [callOf('write')], 'Done.'], { use: [change] })
          expectExact(played)
          for (const request of played.found) expect(['recorded', 'rebuilt']).toContain(sentRequest(request, own).how)
        },
      ),
      { numRuns: 40 },
    )
    const long = await play(['One.'], {
      use: [perTurn((draft) => ({ ...draft, messages: [...draft.messages, userText('x'.repeat(5000))] }))],
    })
    expect(sentRequest(long.found[0] as RecordedRequest, own)).toMatchObject({
      how: 'differs',
      why: 'messages from number 2 on were others, too long to keep',
    })
    expect(JSON.stringify(long.found[0]?.note).length).toBeLessThan(300)
  })

  test('with another system prompt, or a tool that the agent does not have, is said to be another', async () => {
    const other = await play(['One.'], { use: [perTurn((draft) => ({ ...draft, system: 'Nothing of it.' }))] })
    expect(sentRequest(other.found[0] as RecordedRequest, own)).toMatchObject({ how: 'differs', why: 'the system prompt was changed' })
    const third = tool({ name: 'third', description: 'Is new.', readOnly: true, execute: () => '' })
    const more = await play(['One.'], { use: [perTurn((draft) => ({ ...draft, tools: [...draft.tools, third] }))] })
    expect(more.found[0]?.note).toMatchObject({ tools: ['look', 'write', 'third'] })
    expect(sentRequest(more.found[0] as RecordedRequest, own)).toMatchObject({
      how: 'differs',
      why: 'tools were sent that the agent does not have',
    })
    const { found } = await play(['One.'], { permissions: policy({ rules: [{ deny: { tool: 'write' } }] }) })
    const why = 'the agent that is here has other tools than the run'
    expect(sentRequest(found[0] as RecordedRequest, [own[0] as never])).toMatchObject({ how: 'differs', why })
  })

  test('of a run that another model goes on with names that one', async () => {
    const store = memoryStore()
    const agentOf = (id: string, script: readonly ScriptedReply[]) =>
      createAgent({
        llm: scriptedLlm(script, { model: { id } }),
        store,
        tools,
        permissions: policy({ rules: [{ ask: { tool: 'write' } }] }),
        use: [requestNotes()],
        unanswered: 'suspend',
      })
    const session = await agentOf('first', [[callOf('write')]]).session({ id: 's' })
    await (
      await session.send('Go')
    ).result
    await session.close()
    await forkSession(store, 's', { id: 'fork', keepRun: true })
    const fork = await agentOf('second', ['Done.']).session({ id: 'fork' })
    const resumed = await fork.resume()
    for (const { requestId } of await fork.waitingFor()) await fork.answer(requestId, { decision: 'approve' })
    await resumed?.result
    await (
      await fork.resume()
    )?.result
    expect((await recorded(store, 'fork')).map(({ model }) => model)).toEqual(['scripted/first', 'scripted/second'])
    await (
      await fork.send('And now?')
    ).result
    expect((await recorded(store, 'fork')).at(-1)?.note).toEqual({})
  })

  test('whose words were redacted since is no longer the one that was sent', async () => {
    const { store, found } = await play(['One.'], {
      use: [perTurn((draft) => ({ ...draft, messages: [...draft.messages, userText('My key is 1234')] }))],
    })
    expect(sentRequest(found[0] as RecordedRequest, own).how).toBe('rebuilt')
    await redactFacts(store, 's', { at: [found[0]?.cursor ?? ''] })
    const [now] = await recorded(store)
    expect(JSON.stringify(now)).not.toContain('1234')
    expect(sentRequest(now as RecordedRequest, own)).toMatchObject({ how: 'differs', why: expect.stringContaining('redacted') })
  })

  test('shows no browser what stood behind the system prompt, nor what is the provider’s own', async () => {
    const thought: Message = {
      role: 'assistant',
      content: [{ type: 'reasoning', text: 'hm', origin: { provider: 'scripted', model: 'scripted' }, state: { signature: 'abc' } }],
    }
    const change = perTurn((draft) => ({ ...draft, system: `${draft.system} Secretly.`, messages: [...draft.messages, thought] }))
    const agent = createAgent({ llm: scriptedLlm(['One.']), tools, use: [change, requestNotes()] })
    const envelopes = await collect(publicEvents(await agent.run('Go')))
    const start = envelopes.find(({ event }) => event.type === 'turn_start')?.event
    expect(start).toMatchObject({ request: { system: null, kept: 1 } })
    expect(JSON.stringify(start)).not.toMatch(/Secretly|abc/)
  })
})
