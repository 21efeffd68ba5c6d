/** What an agent on a worker in another process asks is asked here, answered here, also while nobody is at work, and goes on there. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type AgentOptions,
  answerKey,
  completeExternal,
  createAgent,
  jsonSchema,
  openSession,
  type RunResult,
  stepTool,
  taskTool,
} from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { sqliteStore } from '@seamfold/store-sqlite'
import { afterEach, expect, test, vi } from 'vitest'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { remoteExecutor } from '../src/index.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes are started, one after the other

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

type Options = Partial<AgentOptions> & { readonly secret?: string; readonly afterMs?: number; readonly deep?: boolean }

/** A worker process and an agent here that gives it tasks, neither of which need be there. */
function scene({ secret = '', afterMs = 0, deep = false, ...options }: Options = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'seamfold-people-'))
  closers.push(() => rmSync(directory, { recursive: true }))
  const store = sqliteStore(join(directory, 'outer.db'))
  closers.push(() => store.close?.())
  let worker: ChildProcess | undefined
  let port = 0
  const stop = async (): Promise<void> => {
    if (worker?.exitCode !== null || worker.signalCode !== null) return
    worker.kill('SIGKILL')
    await once(worker, 'exit')
  }
  closers.push(stop)
  const startWorker = async (): Promise<string> => {
    worker = fork(
      fileURLToPath(new URL('support/asking-worker-process.ts', import.meta.url)),
      [`${port}`, directory, secret, `${afterMs}`],
      { execArgv: [...FROM_SOURCES] },
    )
    const [{ url }] = (await once(worker, 'message')) as [{ readonly url: string }]
    port = Number(new URL(url).port)
    return url
  }
  /** The worker is started, the run here begun or gone on with, and then both are gone. */
  const goOn = async (task: keyof typeof ASKED = 'question'): Promise<RunResult> => {
    const executor = remoteExecutor({ url: await startWorker(), token: 'secret', graceMs: 2000, connectMs: 5000 })
    const there = stepTool<{ readonly what: string }>({
      name: 'there',
      description: 'Has it done there.',
      input: jsonSchema<{ readonly what: string }>({ type: 'object', properties: { what: { type: 'string' } }, required: ['what'] }),
      executor,
      access: () => [],
      tasksOf: ({ what }) => what.split(' ').map((prompt) => ({ agent: 'default', description: prompt, prompt })),
    })
    const call = callOf('there', { what: ASKED[task] })
    const give = callOf('task', { agent: 'general', description: 'deeper', prompt: 'go deeper' })
    const agent = createAgent({
      llm: scriptedLlm(
        Array.from({ length: 9 }, () => ({ messages }) => {
          const last = messages.at(-1)?.content.find((block) => block.type === 'tool_result')
          if (last !== undefined) return typeof last.content === 'string' ? last.content : 'done'
          return deep && JSON.stringify(messages[0]).includes('"go"') ? [give] : [call]
        }),
      ),
      tools: [there, taskTool()],
      store,
      ...(secret === '' ? {} : { answerKey: answerKey(secret) }),
      ...options,
    })
    try {
      const session = await agent.session({ id: 's' })
      return await ((await session.resume()) ?? (await session.send('go'))).result
    } finally {
      await agent.close()
      await executor.close()
      await stop()
    }
  }
  const effects = (): string => {
    try {
      return readFileSync(join(directory, 'effects'), 'utf8')
    } catch {
      return ''
    }
  }
  return { goOn, effects, directory, view: () => openSession(store, 's', secret === '' ? {} : { answerKey: answerKey(secret) }) }
}

const ASKED = { question: 'question', approval: 'approval', work: 'work', all: 'all', two: 'question approval' } as const

const waitingIn = (result: RunResult) => (result.status === 'suspended' ? result.waitingFor : [])

test.each([false, true])(
  'a question is asked on the run here, answered while nobody is at work, and read there (through a sub-agent: %s)',
  async (deep) => {
    const { goOn, view } = scene({ deep })
    const first = await goOn('question')
    expect(waitingIn(first)).toMatchObject([
      { kind: 'question', toolName: 'ask_user', sessionId: 's', args: { question: 'Which colour?' } },
    ])
    expect(waitingIn(first)[0]?.reason).toMatch(/default \(\w+-0\): Which colour\?$/)
    expect((await goOn('question')).status).toBe('suspended')
    const [{ requestId } = { requestId: '' }] = waitingIn(first)
    await expect((await view()).answer(requestId, { decision: 'reply', value: 'green' })).rejects.toThrow('does not fit')
    expect(await (await view()).answer(requestId, { decision: 'reply', value: 'blue', by: 'ann' })).toBe(true)
    expect(await goOn('question')).toMatchObject({ status: 'completed', text: expect.stringContaining('heard blue') as unknown })
  },
)

test('an approval with other arguments, and a rejection with words, are heard there', async () => {
  const approved = scene()
  const [request] = waitingIn(await approved.goOn('approval'))
  await (await approved.view()).answer(request?.requestId ?? '', { decision: 'approve', input: { text: 'ho' } })
  expect(await approved.goOn('approval')).toMatchObject({ status: 'completed' })
  expect(approved.effects()).toBe('{"text":"ho"}\n')

  const rejected = scene()
  const [other] = waitingIn(await rejected.goOn('approval'))
  await (await rejected.view()).answer(other?.requestId ?? '', { decision: 'reject', message: 'not today' })
  expect(await rejected.goOn('approval')).toMatchObject({ status: 'completed', text: expect.stringContaining('not today') as unknown })
  expect(rejected.effects()).toBe('')
})

test('work that is done elsewhere is completed on the run here', async () => {
  const { goOn, view } = scene()
  const [task] = waitingIn(await goOn('work'))
  expect(task).toMatchObject({ kind: 'external_task', args: { target: 'x' } })
  expect(await completeExternal(await view(), task?.requestId ?? '', { result: { artifact: 7 } })).toBe(true)
  expect(await completeExternal(await view(), task?.requestId ?? '', { result: { artifact: 8 } })).toBe(false)
  expect(await goOn('work')).toMatchObject({ status: 'completed', text: expect.stringContaining('{"artifact":7}') as unknown })
})

test('several things at once are answered one by one', async () => {
  const { goOn, view, effects } = scene()
  for (const [kind, answer] of [
    ['external_task', { decision: 'reply', value: 'built' }],
    ['question', { decision: 'reply', value: 'yes' }],
    ['confirmation', { decision: 'approve' }],
  ] as const) {
    const waiting = waitingIn(await goOn('all'))
    await (await view()).answer(waiting.find((each) => each.kind === kind)?.requestId ?? '', answer)
  }
  expect(await goOn('all')).toMatchObject({
    status: 'completed',
    text: expect.stringContaining('heard yes, wrote {"text":"hi"}, built') as unknown,
  })
  expect(effects()).toBe('{"text":"hi"}\n')
  expect(await (await view()).waitingFor()).toEqual([])
})

test('of two steps the one that was answered goes on, the other waits', async () => {
  const { goOn, view, effects } = scene()
  const first = waitingIn(await goOn('two'))
  expect(first.map(({ kind }) => kind)).toEqual(['question', 'confirmation'])
  await (await view()).answer(first[1]?.requestId ?? '', { decision: 'approve' })
  expect(waitingIn(await goOn('two')).map(({ kind }) => kind)).toEqual(['question'])
  expect(effects()).toBe('{"text":"hi"}\n')
  await (await view()).answer(first[0]?.requestId ?? '', { decision: 'reply', value: 'red' })
  expect(await goOn('two')).toMatchObject({ status: 'completed' })
  expect(effects()).toBe('{"text":"hi"}\n')
})

test('whoever is here is asked in place', async () => {
  const { goOn, effects } = scene({
    confirm: async ({ kind }) =>
      kind === 'confirmation' ? { decision: 'approve' } : { decision: 'reply', value: kind === 'question' ? 'sure' : 'built' },
  })
  expect(await goOn('all')).toMatchObject({ status: 'completed', text: expect.stringContaining('heard sure, wrote') as unknown })
  expect(effects()).toBe('{"text":"hi"}\n')
})

test('where nobody can be asked, the agent there is told so', async () => {
  const { goOn } = scene({ unanswered: 'reject' })
  expect(await goOn('approval')).toMatchObject({ status: 'completed', text: expect.stringContaining('nobody answered') as unknown })
})

test('answers are signed with the key here, and a worker with another one takes none', async () => {
  const { goOn, view, effects } = scene({ secret: 'sixteen bytes or more' })
  const [request] = waitingIn(await goOn('approval'))
  await (await view()).answer(request?.requestId ?? '', { decision: 'approve' })
  expect(await goOn('approval')).toMatchObject({ status: 'completed' })
  expect(effects()).toBe('{"text":"hi"}\n')

  const other = scene({
    secret: 'sixteen bytes or more',
    answerKey: answerKey('another sixteen bytes'),
    confirm: async () => ({ decision: 'approve' }),
  })
  expect(await other.goOn('approval')).toMatchObject({ text: expect.stringContaining('did not take the answer') as unknown })
  expect(other.effects()).toBe('')
})

test('a deadline of the worker is settled here, by whoever goes on', async () => {
  const { goOn, view } = scene({ afterMs: 1 })
  const result = await goOn('approval')
  const [request] = waitingIn(result)
  // The first to go on may find it passed already.
  expect(request?.deadline ?? 0).toBeGreaterThanOrEqual(0)
  expect(await (request === undefined ? result : goOn('approval'))).toMatchObject({
    status: 'completed',
    text: expect.stringContaining('nobody answered in time') as unknown,
  })
  expect(await (await view()).waitingFor()).toEqual([])
})
