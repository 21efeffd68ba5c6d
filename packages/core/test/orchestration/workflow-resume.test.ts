/** Going on: every verb from its journal, and nothing answered that was not asked. */
import { describe, expect, test } from 'vitest'
import { memoryStore, Workflow, type WorkflowOptions } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { executorOf, gates, logOf, outputs, step, steps, told, until } from './steps.ts'

/** One of everything. */
async function body(workflow: Workflow, review = 'prompt of review'): Promise<readonly unknown[]> {
  const plan = await workflow.agent(step('plan'))
  const read = await workflow.phase('read', steps('a', 'b'))
  const side = await workflow.parallel(steps('c', 'd'))
  const lines = await workflow.pipeline(
    ['x', 'y'],
    [(_, id) => step(`${id}-1`), (previous, id) => step(`${id}-2`, { prompt: previous?.output ?? '' })],
  )
  const drafts = await workflow.rounds(steps('draft'), (_, index) => (index === 0 ? steps('draft') : []), { maxRounds: 3 })
  const sub = await workflow.scope('sub').phase('read', steps('a'))
  const last = await workflow.agent(step('review', { prompt: review }))
  return [plan, ...read, ...side, ...lines, ...drafts, ...sub, last]
}

/** Runs the body until a step of this id is asked, and leaves it there, as a process that dies does. */
async function cutAt(id: string, store: SessionStore): Promise<readonly string[]> {
  const { wait } = gates()
  const executor = executorOf(({ taskId, prompt }) => (taskId === id && prompt.startsWith('prompt of') ? wait('never') : undefined), 2)
  const running = body(new Workflow({ executor, store, rootId: 'root' }))
  running.catch(() => {})
  await until(() => executor.ids.includes(id))
  return executor.ids
}

const ALL = ['plan', 'a', 'b', 'c', 'd', 'x-1', 'y-1', 'x-2', 'y-2', 'draft', 'draft', 'a', 'review']

describe('every verb', () => {
  test('is resumed: a second run asks nothing that the first one had an answer to, and gives the same', async () => {
    const store = memoryStore()
    const executor = executorOf()
    const options: WorkflowOptions = { executor, store, rootId: 'root' }
    const first = new Workflow(options)
    const before = await body(first)
    await first.close()
    expect(executor.ids.toSorted()).toEqual(ALL.toSorted())
    const { onEvent, types } = told()
    const second = new Workflow({ ...options, onEvent })
    expect(await body(second)).toEqual(before)
    expect(executor.asked).toHaveLength(ALL.length)
    expect(types().filter((type) => type.startsWith('step'))).toEqual([
      'step_cached plan',
      'step_cached 0:read/a',
      'step_cached 0:read/b',
      'step_cached c',
      'step_cached d',
      'step_cached x-1',
      'step_cached y-1',
      'step_cached x-2',
      'step_cached y-2',
      'step_cached rounds:0/0/draft',
      'step_cached rounds:0/1/draft',
      'step_cached sub/0:read/a',
      'step_cached review',
    ])
    await second.close()
  })

  test.each(['plan', 'b', 'd', 'y-1', 'draft', 'review'])('goes on in the session of the step that was cut off (%s)', async (id) => {
    const store = memoryStore()
    const done = await cutAt(id, store)
    const cut = (await logOf(store, 'root')).filter(({ type, key }) => type === 'step_start' && key?.endsWith(id))
    const executor = executorOf()
    const { events, onEvent } = told()
    const workflow = new Workflow({ executor, store, rootId: 'root', onEvent })
    await body(workflow)
    await workflow.close()
    const resumed = executor.asked.find(({ taskId }) => taskId === id)
    expect(resumed?.sessionId).toBe(cut[0]?.sessionId)
    expect(
      events.filter((event) => event.type === 'step_run' && event.resumed).map((event) => 'taskId' in event && event.taskId),
    ).toContain(id)
    const starts = (await logOf(store, 'root')).filter(({ type, key }) => type === 'step_start' && key === cut[0]?.key)
    expect(starts).toHaveLength(1)
    // What ended before the cut is not asked again: what was asked twice was under way then.
    const again = executor.ids.filter((each) => each !== 'a' && done.includes(each))
    expect(again.length).toBeLessThanOrEqual(2)
  })

  test('asks anew where the session that was cut off comes back cancelled: that is no answer to whoever goes on', async () => {
    const store = memoryStore()
    await cutAt('plan', store)
    const executor = executorOf(() => (executor.asked.length === 1 ? { status: 'cancelled', output: 'stopped' } : undefined))
    const workflow = new Workflow({ executor, store, rootId: 'root' })
    expect(await workflow.agent(step('plan'))).toMatchObject({ status: 'completed' })
    expect(executor.asked).toHaveLength(2)
    const fresh = executorOf(() => ({ status: 'cancelled', output: 'stopped' }))
    expect(await new Workflow({ executor: fresh, store, rootId: 'other' }).agent(step('plan'))).toMatchObject({ status: 'cancelled' })
    expect(fresh.asked).toHaveLength(1)
  })

  test('takes no part in what the body does itself', async () => {
    const store = memoryStore()
    const first = new Workflow({ executor: executorOf(), store, rootId: 'root' })
    await first.agent(step('a'))
    await first.close()
    const workflow = new Workflow({ executor: executorOf(), store, rootId: 'root' })
    await workflow.agent(step('new'))
    expect((await workflow.agent(step('a'))).output).toBe('did: prompt of a')
    await workflow.close()
  })
})

describe('a reused id with another question', () => {
  const ran = async (store: SessionStore): Promise<void> => {
    const workflow = new Workflow({ executor: executorOf(), store, rootId: 'root' })
    await workflow.phase('p', steps('a', 'b'))
    await workflow.close()
  }
  const changed = [step('a', { prompt: 'another' }), step('b'), step('c')]

  test('stops the call before its siblings run, and says so', async () => {
    const store = memoryStore()
    await ran(store)
    const executor = executorOf()
    const { onEvent, types } = told()
    const workflow = new Workflow({ executor, store, rootId: 'root', onEvent })
    await expect(workflow.phase('p', changed)).rejects.toMatchObject({ code: 'step_changed', details: { key: '0:p/a' } })
    expect(executor.asked).toEqual([])
    expect(types()).toEqual(['phase_start', 'step_changed 0:p/a'])
  })

  test('is run again where the caller says so, in a new session', async () => {
    const store = memoryStore()
    await ran(store)
    const executor = executorOf()
    const { onEvent, types } = told()
    const workflow = new Workflow({ executor, store, rootId: 'root', onChanged: 'rerun', onEvent })
    expect(outputs(await workflow.phase('p', changed))).toEqual(['did: another', 'did: prompt of b', 'did: prompt of c'])
    expect(executor.ids).toEqual(['a', 'c'])
    expect(types()).toContain('step_changed 0:p/a')
    await workflow.close()
    const again = new Workflow({ executor: executorOf(), store, rootId: 'root' })
    expect(outputs(await again.phase('p', changed))[0]).toBe('did: another')
    await again.close()
  })

  test('is answered with the old result where the caller says so', async () => {
    const store = memoryStore()
    await ran(store)
    const executor = executorOf()
    const workflow = new Workflow({ executor, store, rootId: 'root', onChanged: 'reuse' })
    expect(outputs(await workflow.phase('p', changed))[0]).toBe('did: prompt of a')
    expect(executor.ids).toEqual(['c'])
  })

  test.each([
    ['agent', { agent: 'other' }],
    ['description', { description: 'other' }],
    ['prompt', { prompt: 'other' }],
    ['maxSteps', { maxSteps: 3 }],
    ['outputSchema', { outputSchema: { type: 'object' } }],
  ])('is one with another %s', async (_what, rest) => {
    const store = memoryStore()
    await ran(store)
    await expect(new Workflow({ executor: executorOf(), store, rootId: 'root' }).phase('p', [step('a', rest)])).rejects.toMatchObject({
      code: 'step_changed',
    })
  })

  test('is not one with other limits, and not one whose schema says the same in another order', async () => {
    const store = memoryStore()
    const first = new Workflow({ executor: executorOf(), store, rootId: 'root' })
    await first.agent(step('a', { outputSchema: { type: 'object', title: 'x' } }))
    await first.close()
    const executor = executorOf()
    const again = step('a', {
      outputSchema: { title: 'x', type: 'object' },
      timeoutMs: 5,
      retry: { attempts: 2 },
      parentSessionId: 'p',
      authority: { depth: 1 },
    })
    await new Workflow({ executor, store, rootId: 'root' }).agent(again)
    expect(executor.asked).toEqual([])
  })

  test('stops a pipeline too, before more items begin', async () => {
    const store = memoryStore()
    const first = new Workflow({ executor: executorOf(), store, rootId: 'root' })
    await first.agent(step('x'))
    await first.close()
    const executor = executorOf(undefined, 1)
    const workflow = new Workflow({ executor, store, rootId: 'root' })
    await expect(workflow.pipeline(['x', 'y'], [(_, id) => step(id, { prompt: 'another' })])).rejects.toMatchObject({
      code: 'step_changed',
    })
    expect(executor.asked).toEqual([])
  })

  test('of a step that failed is free to ask anew', async () => {
    const store = memoryStore()
    const first = new Workflow({ executor: executorOf(() => ({ status: 'failed' })), store, rootId: 'root' })
    await first.agent(step('a'))
    await first.close()
    const workflow = new Workflow({ executor: executorOf(), store, rootId: 'root' })
    expect(await workflow.agent(step('a', { prompt: 'better put' }))).toMatchObject({ output: 'did: better put' })
  })

  test('of a step that was cut off stops, since the old question may have been worked on', async () => {
    const store = memoryStore()
    await cutAt('plan', store)
    const executor = executorOf()
    await expect(new Workflow({ executor, store, rootId: 'root' }).agent(step('plan', { prompt: 'other' }))).rejects.toThrow(
      'may have been worked on',
    )
    expect(executor.asked).toEqual([])
  })
})
