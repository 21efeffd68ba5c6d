/** A defined workflow: a checked input, a result that never rejects, and the same root is the same run. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createAgent, defineWorkflow, memoryStore, openSession, tool, type Workflow } from '../../src/index.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { executorOf, gates, logOf, step, tokens, until } from './steps.ts'

const review = defineWorkflow('review', {
  input: z.object({ files: z.array(z.string()) }),
  async run(workflow, { files }) {
    const read = await workflow.phase(
      'read',
      files.map((file) => step(file)),
    )
    const verdict = await workflow.agent(step('verdict', { prompt: `judge ${read.map(({ output }) => output).join(', ')}` }))
    if (!verdict.success) throw new Error(`no verdict: ${verdict.output}`)
    return { verdict: verdict.output }
  },
})
const input = { files: ['a.ts', 'b.ts'] }

describe('a defined workflow', () => {
  test('gives its output, and what all its steps used', async () => {
    const result = await review.run({ executor: executorOf(), input })
    expect(result).toEqual({
      status: 'completed',
      rootId: expect.stringMatching(/^review-/) as string,
      usage: tokens(30, 15),
      output: { verdict: 'did: judge did: prompt of a.ts, did: prompt of b.ts' },
    })
    expect(review.input.json).toMatchObject({ type: 'object', required: ['files'] })
  })

  test('refuses an input that does not match its schema before anything runs', async () => {
    const executor = executorOf()
    const result = await review.run({ executor, input: { files: 'all' } })
    expect(result).toMatchObject({ status: 'failed', error: { code: 'invalid_argument' } })
    expect(result.status === 'failed' && result.error.message).toMatch(/^The input of workflow 'review' does not match its schema: files:/)
    expect(executor.asked).toEqual([])
    expect(() => defineWorkflow('', { input: z.object({}), run: async () => null })).toThrow('needs a name')
  })

  test('that failed goes on under its root, without its input, and what was done is not done again', async () => {
    const store = memoryStore()
    const failing = executorOf(({ taskId }) => (taskId === 'verdict' ? { status: 'failed', output: 'no idea' } : undefined))
    const first = await review.run({ executor: failing, store, rootId: 'root', input })
    expect(first).toMatchObject({ status: 'failed', error: { code: 'run_failed', message: 'no verdict: no idea' } })
    const executor = executorOf()
    const second = await review.run({ executor, store, rootId: 'root' })
    expect(second).toMatchObject({ status: 'completed', usage: tokens(40, 20) })
    expect(executor.ids).toEqual(['verdict'])
  })

  test('that completed tells its output again, and runs nothing', async () => {
    const store = memoryStore()
    let runs = 0
    const counted = defineWorkflow('counted', {
      input: z.object({}),
      run: async (workflow) => ({ run: ++runs, said: (await workflow.agent(step('a'))).output }),
    })
    const options = { executor: executorOf(), store, rootId: 'root' }
    const first = await counted.run({ ...options, input: {} })
    expect(await counted.run(options)).toEqual(first)
    expect(first).toMatchObject({ status: 'completed', output: { run: 1, said: 'did: prompt of a' } })
    expect(runs).toBe(1)
  })

  test('stops where its root was begun with another input, or belongs to another workflow', async () => {
    const store = memoryStore()
    const executor = executorOf()
    await review.run({ executor, store, rootId: 'root', input })
    const other = await review.run({ executor, store, rootId: 'root', input: { files: [] } })
    expect(other).toMatchObject({ status: 'failed', error: { code: 'step_changed' } })
    const stranger = defineWorkflow('stranger', { input: z.object({}), run: async () => null })
    expect(await stranger.run({ executor, store, rootId: 'root', input: {} })).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining("belongs to workflow 'review'") as string },
    })
    const log = await logOf(store, 'root')
    expect(log.filter(({ type }) => type === 'workflow_start' || type === 'workflow_end')).toHaveLength(2)
  })

  test('that is stopped is cancelled, and lets go of its root', async () => {
    const store = memoryStore()
    const { wait } = gates()
    const control = new AbortController()
    const slow = executorOf(({ taskId }) => wait(taskId))
    const running = review.run({ executor: slow, store, rootId: 'root', input, signal: control.signal })
    await until(() => slow.asked.length === 2)
    control.abort(new Error('enough'))
    expect(await running).toMatchObject({ status: 'cancelled', reason: 'enough' })
    expect((await logOf(store, 'root')).at(-1)?.type).toBe('workflow_released')
    expect(await review.run({ executor: executorOf(), store, rootId: 'root' })).toMatchObject({ status: 'completed' })
  })

  test('whose step waits for an answer is suspended, and the answer wakes it under the same root', async () => {
    const store = memoryStore()
    const pay = tool({ name: 'pay', description: 'Pays.', access: () => [{ kind: 'write', path: 'ledger' }], execute: () => 'paid' })
    const agent = createAgent({ llm: scriptedLlm([[callOf('pay')], 'paid it']), tools: [pay], store })
    const paying = defineWorkflow('paying', {
      input: z.object({}),
      run: async (workflow) => (await workflow.agent(step('pay', { agent: 'default' }))).output,
    })
    const options = { executor: agent.executor(), store, rootId: 'root' }
    const first = await paying.run({ ...options, input: {} })
    expect(first).toMatchObject({ status: 'suspended', waitingFor: [{ toolName: 'pay' }] })
    const [request] = first.status === 'suspended' ? first.waitingFor : []
    await (await openSession(store, request?.sessionId ?? '')).answer(request?.requestId ?? '', { decision: 'approve' })
    expect(await paying.run(options)).toMatchObject({ status: 'completed', output: 'paid it' })
  })

  test('whose log cannot be read fails with what is wrong', async () => {
    const store = memoryStore()
    await store.append('workflow/root', ['nonsense'], { expected: 0 })
    expect(await review.run({ executor: executorOf(), store, rootId: 'root', input })).toMatchObject({
      status: 'failed',
      error: { code: 'store_corrupt', details: { key: 'workflow/root', offset: 0 } },
    })
  })
})

type Stop = { readonly workflow: Workflow; readonly control: AbortController }

const stops: readonly (readonly [string, (stop: Stop) => Promise<void>, object])[] = [
  [
    'a body that throws',
    () => Promise.reject(new Error('something else is broken')),
    { status: 'failed', error: { message: 'something else is broken' } },
  ],
  ['its signal', async ({ control }) => control.abort(new Error('Ctrl-C')), { status: 'cancelled', reason: 'Ctrl-C' }],
  ['a close', ({ workflow }) => workflow.close(), { status: 'cancelled', reason: 'Workflow root was closed' }],
]

test.each(stops)(
  '%s leaves steps where they stand: they go on when the root runs again, and nothing is done twice',
  async (...[, stop, ending]) => {
    const store = memoryStore()
    const [reached, broken] = [Promise.withResolvers<void>(), { now: true }]
    let paid = 0
    const pay = tool({ name: 'pay', description: 'Pays.', access: () => [], effect: 'unsafe', execute: () => `paid ${++paid}` })
    const next: ScriptedReply = ({ messages }, signal) => {
      if (messages.length === 1) return [callOf('pay')]
      if (!broken.now) return 'done'
      reached.resolve()
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    }
    const llm = scriptedLlm(Array.from({ length: 5 }, () => next))
    const agent = createAgent({ llm, tools: [pay], store })
    const control = new AbortController()
    const work = defineWorkflow('work', {
      input: z.object({}),
      async run(workflow) {
        const slow = workflow.agent(step('slow', { agent: 'default' }))
        slow.catch(() => {}) // the body may throw before it is awaited
        if (broken.now) {
          await reached.promise
          await stop({ workflow, control })
        }
        return (await slow).output
      },
    })
    const options = { executor: agent.executor(), store, rootId: 'root' }
    expect(await work.run({ ...options, signal: control.signal, input: {} })).toMatchObject(ending)
    broken.now = false
    expect(await work.run(options)).toMatchObject({ status: 'completed', output: 'done' })
    expect(paid).toBe(1)
    await agent.close()
  },
)
