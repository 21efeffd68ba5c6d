/** The workflow's verbs: milestones, numbers, ids, scopes, events. */
import { describe, expect, test } from 'vitest'
import { createAgent, executeLoop, memoryStore, Workflow } from '../../src/index.ts'
import { scriptedLlm } from '../../src/testing.ts'
import { executorOf, failure, gates, logOf, outputs, statuses, step, steps, told, until } from './steps.ts'

describe('a workflow', () => {
  test('agent runs one step, and a throw is its failed outcome', async () => {
    const workflow = new Workflow({
      executor: executorOf(({ taskId }) => {
        if (taskId === 'b') throw new Error('no')
      }),
    })
    expect(await workflow.agent(step('a'))).toMatchObject({ taskId: 'a', success: true })
    expect(await workflow.agent(step('b'))).toMatchObject({ taskId: 'b', success: false, output: 'no' })
  })

  test('parallel keeps order', async () => {
    expect(outputs(await new Workflow({ executor: executorOf() }).parallel(steps('a', 'b')))).toEqual([
      'did: prompt of a',
      'did: prompt of b',
    ])
  })

  test('phase_start comes before all events of its steps, and phase_end after, with what came of them', async () => {
    const { events, onEvent, types } = told()
    const executor = executorOf(({ taskId }) => (taskId === 'b' ? { status: 'failed' } : undefined), 1)
    const workflow = new Workflow({ executor, onEvent })
    await workflow.phase('plan', steps('a', 'b'))
    expect(types()).toEqual([
      'phase_start',
      'step_run 0:plan/a',
      'step_end 0:plan/a',
      'step_run 0:plan/b',
      'step_end 0:plan/b',
      'phase_end',
    ])
    expect(events[0]).toEqual({ type: 'phase_start', scope: '', name: 'plan', index: 0, stepCount: 2 })
    expect(events.at(-1)).toEqual({ type: 'phase_end', scope: '', name: 'plan', index: 0, succeeded: 1, failed: 1 })
  })

  test('phases are counted from 0, and their steps are kept under root/index:name', async () => {
    const store = memoryStore()
    const workflow = new Workflow({ executor: executorOf(), store, rootId: 'root' })
    await workflow.phase('plan', steps('a'))
    await workflow.phase('do/it', steps('a'))
    await workflow.close()
    const keys = (await logOf(store, 'root')).flatMap(({ type, key }) => (type === 'step_start' ? [key] : []))
    expect(keys).toEqual(['0:plan/a', '1:do%2Fit/a'])
  })

  test('pipeline takes items through stages, and logs a stage that threw', async () => {
    const { events, onEvent } = told()
    const workflow = new Workflow({ executor: executorOf(), onEvent })
    const outcomes = await workflow.pipeline(
      ['x', 'y'],
      [
        (_, item) => step(`${item}-1`),
        (previous, item) => {
          if (item === 'y') throw new Error('no plan')
          return step(`${item}-2`, { prompt: previous?.output ?? '' })
        },
      ],
    )
    expect(outcomes.map((each) => each?.taskId ?? null)).toEqual(['x-2', null])
    expect(events).toContainEqual({
      type: 'log',
      scope: '',
      level: 'error',
      message: 'Stage 1 of item 1 threw: no plan',
      fields: { item: 1, stage: 1 },
    })
  })

  test('rounds go on until next is content, each with ids of its own', async () => {
    const executor = executorOf()
    const workflow = new Workflow({ executor })
    const outcomes = await workflow.rounds(
      steps('draft'),
      (_, index) => (index < 2 ? [step('draft', { prompt: `better ${index}` })] : []),
      { maxRounds: 5 },
    )
    expect(outputs(outcomes)).toEqual(['did: better 1'])
    expect(executor.ids).toEqual(['draft', 'draft', 'draft'])
  })

  test('rounds end after maxRounds', async () => {
    const executor = executorOf()
    await new Workflow({ executor }).rounds(steps('draft'), () => steps('draft'), { maxRounds: 3 })
    expect(executor.asked).toHaveLength(3)
  })

  test('log says something to whoever listens, and a subscriber can leave', async () => {
    const workflow = new Workflow({ executor: executorOf() })
    const { events, onEvent } = told()
    const leave = workflow.subscribe(onEvent)
    workflow.log('info', 'half-way', { done: 3 })
    leave()
    workflow.log('info', 'unheard')
    expect(() => workflow.log('a text alone' as 'info', undefined as unknown as string)).toThrow('workflow.log(\'info\', "a text alone")')
    expect(events).toEqual([{ type: 'log', scope: '', level: 'info', message: 'half-way', fields: { done: 3 } }])
  })

  test('a slow reader loses nothing: all 10,000 events of a large phase are told, in order', async () => {
    const ids = Array.from({ length: 5000 }, (_, index) => `s${index}`)
    const { events, onEvent } = told()
    await new Workflow({ executor: executorOf(undefined, 1), onEvent }).phase('large', steps(...ids))
    const ran = events.flatMap((event) => (event.type === 'step_end' ? [event.taskId] : []))
    expect(ran).toEqual(ids)
    expect(events).toHaveLength(10_002)
  })

  test('passes on the events of steps', async () => {
    const seen: string[] = []
    const executor = executorOf((spec, { onEvent }) =>
      onEvent?.({
        cursor: '',
        durable: false,
        sessionId: 's',
        runId: 'r',
        timestamp: 0,
        event: { type: 'persistence_failed', operation: spec.taskId, error: '' },
      }),
    )
    await new Workflow({ executor, onStepEvent: (_, { taskId }) => void seen.push(taskId) }).parallel(steps('a', 'b'))
    expect(seen).toEqual(['a', 'b'])
  })

  test('gives its root a name of its own where none was given, and refuses an empty one', () => {
    const executor = executorOf()
    expect(new Workflow({ executor }).rootId).toMatch(/^wf-/)
    expect(() => new Workflow({ executor, rootId: '' })).toThrow('a text that is not empty')
  })

  test('refuses an id that was used before, in any verb without ids of its own, before anything runs', async () => {
    const executor = executorOf()
    const workflow = new Workflow({ executor })
    await workflow.agent(step('a'))
    await expect(workflow.parallel(steps('b', 'a'))).rejects.toThrow("Step id 'a' was used before in this workflow")
    expect(statuses(await workflow.pipeline(['a', 'b'], [(_, id) => step(id)]))).toEqual(['failed', 'completed'])
    expect(executor.ids).toEqual(['a', 'b'])
    await expect(workflow.phase('p', steps('a', 'a'))).rejects.toThrow("Two steps have the id 'a'")
    await workflow.phase('p', steps('a'))
  })
})

describe('without a store', () => {
  const agent = () => createAgent({ llm: scriptedLlm(Array.from({ length: 20 }, (_, n) => `answer ${n + 1}`)) })
  const ask = (taskId: string, prompt: string) => step(taskId, { agent: 'default', prompt })

  test("ids are a phase's, a round's, a scope's and a workflow's own: nobody gets the answer to another question, or an old one", async () => {
    const executor = agent().executor()
    const answers: (string | undefined)[] = []
    for (let times = 0; times < 2; times++) {
      await using workflow = new Workflow({ executor })
      answers.push(...outputs(await workflow.phase('one', [ask('a', 'first')])))
      answers.push(...outputs(await workflow.phase('two', [ask('a', 'second')])))
      answers.push(...outputs([await workflow.agent(ask('a', 'third'))]))
      answers.push(...outputs([await workflow.scope('sub').agent(ask('a', 'third'))]))
      answers.push(...outputs(await workflow.rounds([ask('a', 'fourth')], () => [ask('a', 'fourth')], { maxRounds: 2 })))
    }
    expect(answers).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10, 12].map((n) => `answer ${n}`))
  })

  test('a loop asks again in each round', async () => {
    const prompts = ['draft', 'draft', 'finish']
    const last = await executeLoop(agent().executor(), [ask('a', 'draft')], {
      next: (_, round) => [ask('a', prompts[round + 1] ?? '')],
      maxRounds: 3,
    })
    expect(outputs(last)).toEqual(['answer 3'])
  })
})

describe('scopes', () => {
  test('that run at once number their phases on their own, whoever is faster', async () => {
    const run = async (slow: string): Promise<readonly unknown[]> => {
      const store = memoryStore()
      const { wait, open } = gates()
      const executor = executorOf(({ prompt }) => (prompt.startsWith(slow) ? wait(slow) : undefined))
      const workflow = new Workflow({ executor, store, rootId: 'root' })
      const part = async (name: string): Promise<void> => {
        const scope = workflow.scope(name)
        await scope.phase('one', [step('s', { prompt: `${name} one` })])
        await scope.phase('two', [step('s', { prompt: `${name} two` })])
        await scope.agent(step('s', { prompt: `${name} alone` }))
      }
      const all = Promise.all([part('left'), part('right')])
      await until(() => executor.asked.length === 4)
      open(slow)
      await all
      await workflow.close()
      return (await logOf(store, 'root'))
        .flatMap(({ type, key }) => (type === 'step_start' ? [key ?? ''] : []))
        .toSorted((a, b) => a.localeCompare(b))
    }
    const keys = ['left/0:one/s', 'left/1:two/s', 'left/s', 'right/0:one/s', 'right/1:two/s', 'right/s']
    expect(await run('left')).toEqual(keys)
    expect(await run('right')).toEqual(keys)
  })

  test('are named once, and no name makes the keys of another', async () => {
    const store = memoryStore()
    const workflow = new Workflow({ executor: executorOf(), store, rootId: 'root' })
    await workflow.phase('x', steps('s'))
    await workflow.scope('0:x').agent(step('s'))
    await workflow.agent(step('0:x/s'))
    await workflow.scope('0').scope('x').agent(step('s'))
    expect(() => workflow.scope('0')).toThrow("There is a scope '0' already")
    await workflow.close()
    const keys = (await logOf(store, 'root')).flatMap(({ type, key }) => (type === 'step_start' ? [key] : []))
    expect(new Set(keys).size).toBe(4)
  })
})

describe('stopping', () => {
  test('a signal stops the whole workflow with its reason, and nothing begins after it', async () => {
    const control = new AbortController()
    const { wait } = gates()
    const executor = executorOf(({ taskId }) => wait(taskId))
    const workflow = new Workflow({ executor, signal: control.signal })
    const running = workflow.phase('p', steps('a', 'b'))
    await until(() => executor.asked.length === 2)
    control.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    await expect(workflow.agent(step('c'))).rejects.toThrow('enough')
    expect(executor.ids).toEqual(['a', 'b'])
  })

  test('a signal stops the calls that have one of their own too', async () => {
    const control = new AbortController()
    const { wait } = gates()
    const executor = executorOf(({ taskId }) => wait(taskId))
    const running = new Workflow({ executor, signal: control.signal }).agent(step('a'), { signal: new AbortController().signal })
    await until(() => executor.asked.length === 1)
    control.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
  })

  test("a call's own signal stops that call, and the workflow goes on", async () => {
    const control = new AbortController()
    const { wait } = gates()
    const executor = executorOf(({ taskId }) => (taskId === 'a' ? wait('a') : undefined))
    const workflow = new Workflow({ executor })
    const running = workflow.agent(step('a'), { signal: control.signal })
    await until(() => executor.asked.length === 1)
    control.abort(new Error('not this one'))
    await expect(running).rejects.toThrow('not this one')
    expect(await workflow.agent(step('b'))).toMatchObject({ success: true })
  })

  test('close stops what is under way, and nothing begins after it', async () => {
    const { wait } = gates()
    const executor = executorOf(({ taskId }) => wait(taskId))
    const workflow = new Workflow({ executor, rootId: 'root' })
    const running = workflow.agent(step('a'))
    await until(() => executor.asked.length === 1)
    const caught = failure(running)
    await workflow.close()
    expect(await caught).toMatchObject({ code: 'cancelled', message: 'Workflow root was closed' })
    await expect(workflow.agent(step('b'))).rejects.toThrow('was closed: make a new one')
  })

  test('a listener that throws stops the call whose event it is', async () => {
    const workflow = new Workflow({
      executor: executorOf(),
      onEvent: ({ type }) => {
        if (type === 'phase_end') throw new Error('the listener broke')
      },
    })
    await expect(workflow.phase('p', steps('a'))).rejects.toThrow('the listener broke')
  })
})
