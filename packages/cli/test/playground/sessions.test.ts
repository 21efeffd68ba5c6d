/** Promises of the routes: a session is driven over HTTP as it is over the library. */
import { createAgent, tool, type Envelope } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { isType, stage } from './stage.ts'

const ended = isType('agent_end', 'error', 'run_cancelled')
const facts = (envelopes: readonly Envelope[]): readonly string[] =>
  envelopes.filter(({ durable }) => durable).map(({ cursor, event }) => `${cursor} ${event.type}`)

/** A tool that asks, and remembers what it was called with. */
const writer = () => {
  const written: unknown[] = []
  const write = tool({
    name: 'write',
    description: 'Write a file.',
    access: () => [{ kind: 'write', path: 'a.txt' }],
    execute: (input) => {
      written.push(input)
      return 'written'
    },
  })
  return { write, written }
}

describe('the routes of the playground', () => {
  test('stream a run from its prompt to its end, with a cursor on every fact', async () => {
    await using here = await stage({ script: ['Hello there, stranger.'] })
    const id = await here.start('Say hello')
    const envelopes = await here.read(id, ended)
    const text = envelopes.flatMap(({ event }) => (event.type === 'text_delta' ? [event.text] : [])).join('')
    expect(text === '' || 'Hello there, stranger.'.endsWith(text)).toBe(true)
    expect(envelopes.at(-1)?.event).toMatchObject({ type: 'agent_end', text: 'Hello there, stranger.' })
    expect(new Set(facts(envelopes)).size).toBe(facts(envelopes).length)
  })

  test('leave a session that does a task to whoever gave it: alone it would be another agent', async () => {
    const { write, written } = writer()
    await using here = await stage({ tools: [write], script: ['Done.'] })
    const agent = createAgent({ llm: scriptedLlm([[callOf('write', {})]]), tools: [write], store: here.store, unanswered: 'suspend' })
    const step = { taskId: 'a', agent: 'default', description: 'writes', prompt: 'go', sessionId: 'step' }
    const { waitingFor } = await agent.executor().executeStep(step, { signal: new AbortController().signal })
    await agent.close()
    const said = { requestId: waitingFor?.[0]?.requestId, answer: { decision: 'approve' } }
    expect(await (await here.post('/api/sessions/step/answer', said)).json()).toEqual({ resumed: false })
    const resumed = await here.post('/api/sessions/step/resume')
    expect([resumed.status, await resumed.json()]).toMatchObject([409, { code: 'works_for_another' }])
    expect(written).toEqual([])
  })

  test('give a reader who comes back with any cursor exactly the facts that it lacks', async () => {
    await using here = await stage({
      script: [[callOf('write', {})], 'Done.'],
      tools: [tool({ name: 'write', description: 'Write.', readOnly: true, execute: () => 'ok' })],
    })
    const id = await here.start('Write it')
    const whole = facts(await here.read(id, ended))
    for (const [index, fact] of whole.slice(0, -2).entries()) {
      const [cursor = ''] = fact.split(' ')
      const rest = facts(await here.read(id, isType('session_released'), cursor))
      expect([...whole.slice(0, index + 1), ...rest].slice(0, whole.length)).toEqual(whole)
    }
  })

  test('hide from a browser what it must not get', async () => {
    await using here = await stage({ script: ['Fine.'] })
    const id = await here.start('Go')
    const prepared = (await here.read(id, ended)).find(isType('run_prepared'))
    expect(prepared?.event).toMatchObject({ system: '' })
  })

  test('let a person approve a call, and go on by themselves', async () => {
    const { write, written } = writer()
    await using here = await stage({ script: [[callOf('write', { text: 'a' })], 'Done.'], tools: [write] })
    const id = await here.start('Write it')
    const asked = (await here.read(id, isType('run_suspended'))).findLast(isType('confirmation_required'))
    expect(written).toEqual([])
    const { sessions } = (await (await here.get('/api/sessions')).json()) as { sessions: readonly unknown[] }
    expect(sessions).toMatchObject([{ id, title: 'Write it', status: 'suspended', active: false }])
    const requestId = asked?.event.type === 'confirmation_required' ? asked.event.requestId : ''
    const answered = await here.post(`/api/sessions/${id}/answer`, { requestId, answer: { decision: 'approve', input: { text: 'b' } } })
    expect([answered.status, await answered.json()]).toEqual([200, { resumed: true }])
    await here.read(id, ended)
    expect(written).toEqual([{ text: 'b' }])
  })

  test('carry a rejection, with its words, to the model', async () => {
    const { write, written } = writer()
    await using here = await stage({ script: [[callOf('write', {})], 'Then not.'], tools: [write] })
    const id = await here.start('Write it')
    const asked = (await here.read(id, isType('run_suspended'))).findLast(isType('confirmation_required'))
    const requestId = asked?.event.type === 'confirmation_required' ? asked.event.requestId : ''
    await here.post(`/api/sessions/${id}/answer`, { requestId, answer: { decision: 'reject', message: 'not on a Friday' } })
    const result = (await here.read(id, ended)).findLast(isType('tool_end'))
    expect(JSON.stringify(result)).toContain('not on a Friday')
    expect(written).toEqual([])
  })

  test('stop a run in the middle', async () => {
    const begun = Promise.withResolvers<void>()
    const wait = tool({
      name: 'wait',
      description: 'Wait for ever.',
      readOnly: true,
      execute: (_, { signal }) => {
        begun.resolve()
        return new Promise((__, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
      },
    })
    await using here = await stage({ script: [[callOf('wait')]], tools: [wait] })
    const id = await here.start('Wait')
    await begun.promise
    const cancelled = await here.post(`/api/sessions/${id}/cancel`)
    expect(await cancelled.json()).toEqual({ cancelled: true })
    expect((await here.read(id, ended)).at(-1)?.event).toMatchObject({ type: 'run_cancelled' })
  })

  test('take words to a run that is under way, and refuse them when none is', async () => {
    const begun = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<string>()
    const look = tool({
      name: 'look',
      description: 'Look.',
      readOnly: true,
      execute: () => {
        begun.resolve()
        return gate.promise
      },
    })
    await using here = await stage({ script: [[callOf('look')], 'I see.'], tools: [look] })
    const id = await here.start('Look')
    await begun.promise
    expect((await here.post(`/api/sessions/${id}/steer`, { prompt: 'to the left' })).status).toBe(200)
    gate.resolve('nothing')
    expect((await here.read(id, ended)).find(isType('message_injected'))?.event).toMatchObject({ source: 'steering' })
    await here.read(id, isType('session_released'))
    const late = await here.post(`/api/sessions/${id}/steer`, { prompt: 'and up' })
    expect([late.status, await late.json()]).toMatchObject([400, { code: 'invalid_argument' }])
  })

  test('answer in words what cannot be', async () => {
    await using here = await stage()
    const about = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code]
    expect(await about(await here.get('/api/sessions/none/events'))).toEqual([404, 'session_not_found'])
    expect(await about(await here.post('/api/sessions/none/send', { prompt: 'x' }))).toEqual([404, 'session_not_found'])
    expect(await about(await here.get('/api/nothing'))).toEqual([404, 'not_found'])
    expect(await about(await here.get('/api/sessions/none/send'))).toEqual([405, 'method_not_allowed'])
    const { id } = (await (await here.post('/api/sessions')).json()) as { id: string }
    expect(await about(await here.post(`/api/sessions/${id}/send`, { prompt: '  ' }))).toEqual([400, 'bad_request'])
    expect(await about(await here.post(`/api/sessions/${id}/answer`, { requestId: 'r', answer: { decision: 'approve' } }))).toEqual([
      404,
      'request_not_found',
    ])
  })

  test('tell a reader inside the stream that its cursor is not of this session', async () => {
    await using here = await stage({ script: ['Hi.'] })
    const id = await here.start('Go')
    await here.read(id, ended)
    const response = await here.get(`/api/sessions/${id}/events`, { 'last-event-id': 'nonsense' })
    expect(await response.text()).toMatch(/event: failure\ndata: {"code":"cursor_invalid"/)
  })

  test('give signs of life to a quiet reader, and end its stream when the server closes', async () => {
    await using here = await stage({ heartbeatMs: 5 })
    const { id } = (await (await here.post('/api/sessions')).json()) as { id: string }
    const response = await here.get(`/api/sessions/${id}/events`)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes(': still here')) text += (await reader?.read())?.value ?? ''
    await here.playground.close()
    const rest = async (): Promise<string> => {
      for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) text += read.value
      return 'ended'
    }
    // A connection that is closed while it streams may end or break; it does not stay.
    expect(['ended', 'cut']).toContain(await rest().catch(() => 'cut'))
  })
})
