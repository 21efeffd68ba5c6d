/** What is said to a run while it works: placed where the conversation stays valid, read before the next turn, lost never. */
import { describe, expect, test } from 'vitest'
import { createAgent, type Message, memoryStore, openSession, type Run, tool } from '../../src/index.ts'
import type { LlmClient } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect, eventsOf, pass } from '../middleware/runs.ts'

/** One word for each message: who, and what. */
const outline = (messages: readonly Message[]): readonly string[] =>
  messages.map(({ role, content }) =>
    content
      .map((block) => (block.type === 'text' ? block.text : block.type === 'tool_result' ? `result` : block.type))
      .join('+')
      .replace(/^/, `${role}: `),
  )

/** A tool that waits until it is let go, and says when it has begun. */
function gate() {
  const begun = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const wait = tool({
    name: 'wait',
    description: 'Waits.',
    access: () => [],
    execute: () => (begun.resolve(), released.promise.then(() => 'waited')),
  })
  return { wait, begun: begun.promise, release: () => released.resolve() }
}

const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })

describe('what is said to a run', () => {
  test('stands in its journal once it was taken, in whichever moment it comes', async () => {
    const { wait, begun, release } = gate()
    const store = memoryStore()
    const llm = scriptedLlm([[callOf('wait')], 'done', 'done'])
    const run = await createAgent({ llm, tools: [wait], store, host: manualHost() }).run('go')
    await begun
    for (let ticks = 0; ticks < 40; ticks++) {
      const first = run.steer(`first ${ticks}.`)
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
      await run.steer(`second ${ticks}.`)
      const stored: string[] = []
      for await (const { record } of store.read(`journal/${run.sessionId}`)) stored.push(record)
      expect(stored.join('\n')).toContain(`second ${ticks}.`)
      await first
    }
    release()
    expect((await run.result).status).toBe('completed')
  })

  test('while its tools work stands behind all their results', async () => {
    const { wait, begun, release } = gate()
    const llm = scriptedLlm([[callOf('wait'), callOf('look')], 'done'])
    const run = await createAgent({ llm, tools: [wait, look] }).run('go')
    await begun
    await run.steer('not too fast')
    await run.steer('and carefully')
    release()
    await run.completed()
    expect(outline(llm.requests[1]?.messages ?? [])).toEqual([
      'user: go',
      'assistant: tool_use+tool_use',
      'user: result+result',
      'user: not too fast',
      'user: and carefully',
    ])
  })

  test('while the model speaks stands behind what it says, and has another turn', async () => {
    const speaking = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    const slowly: ScriptedReply = async () => {
      speaking.resolve()
      await finish.promise
      return 'I think I am done'
    }
    const llm = scriptedLlm([slowly, 'now I am'])
    const run = await createAgent({ llm }).run('go')
    await speaking.promise
    await run.steer('one more thing')
    finish.resolve()
    expect(await run.completed()).toMatchObject({ text: 'now I am' })
    expect(outline(llm.requests[1]?.messages ?? [])).toEqual(['user: go', 'assistant: I think I am done', 'user: one more thing'])
  })

  test('while the model calls tools stands behind their results', async () => {
    const speaking = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    const slowly: ScriptedReply = async () => {
      speaking.resolve()
      await finish.promise
      return [callOf('look')]
    }
    const llm = scriptedLlm([slowly, 'done'])
    const run = await createAgent({ llm, tools: [look] }).run('go')
    await speaking.promise
    await run.steer('one more thing')
    finish.resolve()
    await run.completed()
    expect(outline(llm.requests[1]?.messages ?? [])).toEqual(['user: go', 'assistant: tool_use', 'user: result', 'user: one more thing'])
    expect(llm.requests).toHaveLength(2)
  })

  test('from elsewhere is heard within half a second of the next look at the inbox', async () => {
    const host = manualHost()
    const store = memoryStore()
    const { wait, begun, release } = gate()
    const llm = scriptedLlm([[callOf('wait')], 'done'])
    const run = await createAgent({ llm, tools: [wait], store, host }).run('go')
    await begun
    await (await openSession(store, run.sessionId)).steer('from over there')
    await host.clock.advance(500)
    const heard: string[] = []
    for await (const { event } of run) {
      heard.push(event.type)
      if (event.type === 'message_injected') break
    }
    expect(heard.at(-1)).toBe('message_injected')
    release()
    await pass(run.completed(), host.clock)
    expect(outline(llm.requests[1]?.messages ?? []).at(-1)).toBe('user: from over there')
  })

  test('may hold images, and keeps them', async () => {
    const { wait, begun, release } = gate()
    const llm = scriptedLlm([[callOf('wait')], 'done'])
    const run = await createAgent({ llm, tools: [wait] }).run('go')
    await begun
    const picture = { type: 'image' as const, mediaType: 'image/png', data: 'AAAA' }
    await run.steer([{ type: 'text', text: 'like this' }, picture])
    release()
    await run.completed()
    expect(llm.requests[1]?.messages.at(-1)).toEqual({ role: 'user', content: [{ type: 'text', text: 'like this' }, picture] })
  })

  test('is on record with where it came from', async () => {
    const { wait, begun, release } = gate()
    const run = await createAgent({ llm: scriptedLlm([[callOf('wait')], 'done']), tools: [wait] }).run('go')
    await begun
    await run.steer('hello')
    release()
    await run.completed()
    expect(await eventsOf(run, 'message_injected')).toMatchObject([{ source: 'steering', inboxOffset: 0 }])
  })

  test('is never lost: when the run is cancelled first, the next prompt still follows it', async () => {
    const { wait, begun, release } = gate()
    const llm = scriptedLlm([[callOf('wait')], 'hello'])
    const session = await createAgent({ llm, tools: [wait] }).session()
    const run = await session.send('go')
    await begun
    await run.steer('remember this')
    const cancelled = run.cancel('enough')
    release()
    await cancelled
    await (await session.send('what did I say?')).completed()
    expect(outline(llm.requests[1]?.messages ?? [])).toEqual([
      'user: go',
      'assistant: tool_use',
      'user: result',
      'user: remember this',
      'user: what did I say?',
    ])
  })
})

describe('what is said while the model speaks, to a run that is cancelled then', () => {
  test.each([
    ['has said nothing yet', '', ['user: go', 'user: remember this', 'user: what did I say?']],
    ['has begun', 'let me', ['user: go', 'assistant: let me', 'user: remember this', 'user: what did I say?']],
  ])('is kept, when the model %s', async (_, text, expected) => {
    const speaking = Promise.withResolvers<void>()
    const speaker = scriptedLlm([])
    const llm: LlmClient = {
      ...speaker,
      async *stream(_request, { signal }) {
        if (text !== '') yield [{ type: 'text_delta', block: 0, text }]
        speaking.resolve()
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))
      },
    }
    const store = memoryStore()
    const session = await createAgent({ llm, store }).session({ id: 's' })
    const run = await session.send('go')
    await speaking.promise
    await run.steer('remember this')
    expect(await run.cancel()).toBe(true)
    await session.close()
    const next = scriptedLlm(['hello'])
    await (await (await createAgent({ llm: next, store }).session({ id: 's' })).send('what did I say?')).completed()
    expect(outline(next.requests[0]?.messages ?? [])).toEqual(expected)
  })
})

describe('what is said to nobody', () => {
  test('is refused, with the way out', async () => {
    const session = await createAgent({ llm: scriptedLlm(['done']) }).session()
    const run: Run = await session.send('go')
    await run.completed()
    for (const refused of [run.steer('hello'), session.steer('hello')])
      await expect(refused).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('send a prompt instead') })
  })

  test('because its run ended first does not reach the next one', async () => {
    const store = memoryStore()
    const { wait, begun, release } = gate()
    const llm = scriptedLlm([[callOf('wait')], 'one', 'two'])
    const session = await createAgent({ llm, tools: [wait], store, host: manualHost() }).session({ id: 's' })
    const run = await session.send('go')
    await begun
    release()
    // The inbox is written behind the back of the run, which no longer looks: its clock stands still.
    const late = { type: 'steer', message: { role: 'user', content: [{ type: 'text', text: 'too late' }] }, runId: run.id }
    await run.completed()
    await store.append('inbox/s', [JSON.stringify(late)], { expected: 0 })
    await (await session.send('next')).completed()
    expect(outline(llm.requests[2]?.messages ?? [])).not.toContain('user: too late')
    const skipped = (await collect(session.events({ follow: false }))).map(({ event }) => event)
    expect(skipped.filter(({ type }) => type === 'inbox_skipped')).toMatchObject([{ reason: `it was meant for run ${run.id}` }])
  })

  test('and that a newer version has said waits for one, and so does what came after it', async () => {
    const store = memoryStore()
    const ask = tool({ name: 'ask', description: 'Asks.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'ok' })
    const session = await createAgent({ llm: scriptedLlm([[callOf('ask')], 'done']), tools: [ask], store }).session({ id: 's' })
    await (
      await session.send('go')
    ).result
    const newer = '{"v":2,"type":"answer","requestId":"r","answer":{"verdict":"fine"}}'
    await store.append('inbox/s', [newer], { expected: 0 })
    const [waiting] = await session.waitingFor()
    await session.answer(waiting?.requestId ?? '', { decision: 'approve' })
    expect((await (await session.resume())?.result)?.status).toBe('suspended')
    expect((await session.state()).inboxNext).toBe(0)
    expect((await collect(session.events({ follow: false }))).some(({ event }) => event.type === 'inbox_skipped')).toBe(false)
  })

  test('and cannot even be read is put on record and passed over', async () => {
    const store = memoryStore()
    const session = await createAgent({ llm: scriptedLlm(['done']), store }).session({ id: 's' })
    const assistant = JSON.stringify({ type: 'steer', message: { role: 'assistant', content: [{ type: 'text', text: 'I will' }] } })
    const call = JSON.stringify({
      type: 'steer',
      message: { role: 'user', content: [{ type: 'tool_use', id: 'a', name: 'b', input: {} }] },
    })
    for (const [expected, junk] of ['{"type":"steer"', '{"type":"shout","text":"hey"}', '"steer"', assistant, call].entries())
      await store.append('inbox/s', [junk], { expected })
    expect(await (await session.send('go')).completed()).toMatchObject({ text: 'done' })
    const skipped = (await collect(session.events({ follow: false })))
      .map(({ event }) => event)
      .filter(({ type }) => type === 'inbox_skipped')
    expect(skipped).toMatchObject([0, 1, 2, 3, 4].map((inboxOffset) => ({ reason: 'the entry cannot be read', inboxOffset })))
  })
})
