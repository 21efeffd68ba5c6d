/** Real runs that together write every fact there is: what the corpus of journals is made of. */
import {
  AgentError,
  alwaysRules,
  askUser,
  completeExternal,
  defineMiddleware,
  externalTool,
  failed,
  jsonSchema,
  laneQueue,
  memoryStore,
  openSession,
  policy,
  redactFacts,
  taskTool,
  tool,
} from '../../src/index.ts'
import type { Session } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, manualHost } from '../../src/testing.ts'
import { agentOf, type Scene, tools } from './agent-of.ts'
import { gates } from './gates-scene.ts'

const done = async (session: Session, prompt: string): Promise<string> => {
  await (
    await session.send(prompt)
  ).result
  let last = ''
  for await (const { cursor, event } of session.events({ follow: false })) if (event.type !== 'session_released') last = cursor
  return last
}

const plain: Scene = {
  name: 'plain',
  async play(store) {
    const agent = agentOf(store, [
      [
        { type: 'reasoning', text: 'First look.', origin: { provider: 'scripted', model: 'scripted' }, state: { signature: 'abc' } },
        { type: 'text', text: 'I look.' },
        callOf('look'),
        callOf('both'),
        callOf('long'),
        callOf('fail'),
        callOf('none', { x: [1, null, true] }),
        { type: 'tool_use', id: 'bad', name: 'look', input: {}, invalidInput: '{"half' },
      ],
      'Seen.',
      '{"answer":7}',
    ])
    const session = await agent.session({ id: 'plain', metadata: { user: '42' } })
    const image = { type: 'image' as const, mediaType: 'image/png', data: 'iVBORw0KGgo=' }
    await (
      await session.send([{ type: 'text', text: 'What is this?' }, image], { id: 'first' })
    ).result
    const output = jsonSchema({ type: 'object', properties: { answer: { type: 'number' } }, required: ['answer'] })
    await (
      await session.send('As JSON.', { id: 'second', output })
    ).result
  },
}

const approvals: Scene = {
  name: 'approvals',
  async play(store) {
    const permissions = policy({ rules: [{ deny: { tool: 'fail' } }, { ask: { access: 'write', path: '**' } }] })
    const agent = agentOf(store, [[callOf('change', { to: 'x' }), callOf('change', { to: 'y' }), callOf('fail')], 'Half done.'], {
      permissions,
    })
    const session = await agent.session({ id: 'approvals' })
    await (
      await session.send('Change both.')
    ).result
    const [first, second] = await session.waitingFor()
    const view = await openSession(store, 'approvals')
    await view.answer(first?.requestId ?? '', { decision: 'approve', input: { to: 'z' }, by: 'ann' })
    await store.append('inbox/approvals', ['{"type":"answer","requestId":"unknown","answer":{"decision":"reject"}}'], { expected: 1 })
    await view.answer(second?.requestId ?? '', { decision: 'reject', message: 'Not that one.', by: 'ann' })
    await (
      await session.resume()
    )?.result
  },
}

const people: Scene = {
  name: 'people',
  async play(store) {
    const host = manualHost()
    const script = [
      [callOf('change', { to: 'x' }), callOf('ask_user', { question: 'Which?', options: [{ label: 'red' }, { label: 'blue' }] })],
      [callOf('build', { target: 'all' }), callOf('change', { to: 'late' })],
      'Done.',
    ]
    const rest = [askUser(), externalTool({ name: 'build', description: 'Builds.', timeoutMs: 60_000 })]
    const agent = agentOf(store, script, {
      host,
      tools: [...(tools ?? []), ...rest],
      permissions: policy({ rules: [{ ask: { tool: 'change', path: '**' } }] }),
      confirmTimeout: { afterMs: 1000, action: 'reject' },
    })
    const session = await agent.session({ id: 'people' })
    await (
      await session.send('Ask.')
    ).result
    await host.clock.advance(1000)
    const [, question] = await session.waitingFor()
    await session.answer(question?.requestId ?? '', { decision: 'reply', value: 'red', by: 'ann' })
    await (
      await session.resume()
    )?.result
    const waiting = await session.waitingFor()
    for (const request of waiting) {
      if (request.kind === 'external_task') await completeExternal(session, request.requestId, { result: 'built', by: 'the builder' })
      else await session.answer(request.requestId, { decision: 'approve', always: alwaysRules(request)?.rules ?? [], by: 'ann' })
    }
    await (
      await session.resume()
    )?.result
  },
}

const stopped: Scene = {
  name: 'stopped',
  async play(store) {
    const agent = agentOf(store, [[callOf('change')], new Error('the provider said no')])
    const session = await agent.session({ id: 'stopped' })
    await (
      await session.send('Change it.')
    ).result
    const view = await openSession(store, 'stopped')
    await view.steer('And be quick.')
    await view.cancel('never mind')
    await (
      await session.resume()
    )?.result
    await (
      await session.send('Then fail.')
    ).result
  },
}

const edited: Scene = {
  name: 'edited',
  async play(store) {
    const summary = defineMiddleware({
      name: 'summary',
      start: () => ({
        prepareHistory: async (messages) =>
          messages.length < 4
            ? []
            : [{ from: 0, to: 2, replacement: [{ role: 'user', content: [{ type: 'text', text: 'Before: one and two.' }] }] }],
      }),
    })
    const agent = agentOf(store, ['one', 'two', 'three'], { use: [summary] })
    const session = await agent.session({ id: 'edited' })
    for (const prompt of ['1', '2', '3']) await (await session.send(prompt)).result
  },
}

const branches: Scene = {
  name: 'branches',
  async play(store) {
    const agent = agentOf(store, ['one', 'two', 'three', 'four', [callOf('change')], 'five'])
    const session = await agent.session({ id: 'trunk' })
    const first = await done(session, '1')
    await done(session, '2')
    await session.rewind({ to: first })
    const third = await done(session, '3')
    const fork = await session.fork({ id: 'branch', at: third, metadata: { branch: 'b' } })
    await session.rewind({ to: first })
    await done(fork, '4')
    await (
      await fork.send('5')
    ).result
    await fork.fork({ id: 'twig', keepRun: true })
    const twig = await agent.session({ id: 'twig', create: false })
    await (
      await twig.resume()
    )?.result
  },
}

const cutOff: Scene = {
  name: 'cut-off',
  async play(store) {
    let dead = false
    const dying: SessionStore = {
      ...store,
      async append(key, records, options) {
        if (dead) throw new AgentError('store_unavailable', 'this process is gone', { retryable: false })
        await store.append(key, records, options)
        dead = records.some((record) => record.startsWith('{"t":"tool_execution_start"'))
      },
    }
    const agent = agentOf(dying, [[callOf('change', { to: 'x' })], 'never said'], {
      permissions: policy({ rules: [{ allow: { access: 'write', path: '**' } }] }),
    })
    const session = await agent.session({ id: 'cut-off' })
    await (
      await session.send('Change it.')
    ).result
  },
}

const redacted: Scene = {
  name: 'redacted',
  async play(store) {
    const agent = agentOf(store, [[{ type: 'text', text: 'The key is 1234.' }, callOf('look')], 'Done with 1234.'])
    const session = await agent.session({ id: 'redacted' })
    await (
      await session.send('Use 1234.')
    ).result
    for await (const { cursor, event } of session.events({ follow: false }))
      if (JSON.stringify(event).includes('1234')) await redactFacts(store, 'redacted', { at: [cursor] })
  },
}

const family: Scene = {
  name: 'family',
  async play(store) {
    const task = (prompt: string, background: boolean): ReturnType<typeof callOf> =>
      callOf('task', { agent: 'general', prompt, description: prompt, background })
    const agent = agentOf(
      store,
      [[task('one', false)], [callOf('look')], 'one is done', [task('two', true)], 'two is done', 'I wait.', 'Both are done.'],
      { tools: [...(tools ?? []), taskTool()] },
    )
    const session = await agent.session({ id: 'family' })
    await (
      await session.send('Have it done.')
    ).result
  },
}

const lanes: Scene = {
  name: 'lanes',
  async play(store) {
    const host = manualHost()
    const flaky = tool({
      name: 'flaky',
      description: 'Fails.',
      readOnly: true,
      execute: () => failed('no connection', { kind: 'transport' }),
    })
    const agent = agentOf(store, [[callOf('flaky')], 'It does not answer.'], {
      tools: [flaky],
      lanes: laneQueue({ query: { retry: { attempts: 1 } }, host }),
      host,
    })
    await (
      await (await agent.session({ id: 'lanes' })).send('Ask it.')
    ).result
  },
}

export const scenes: readonly Scene[] = [plain, approvals, people, stopped, edited, branches, cutOff, redacted, family, lanes, gates]

/** Plays a scene in a store of its own. */
export async function play(scene: Scene): Promise<SessionStore> {
  const store = memoryStore()
  await scene.play(store)
  return store
}
