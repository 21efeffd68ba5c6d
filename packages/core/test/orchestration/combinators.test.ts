/** Steps side by side, in chains and in rounds: order, window, isolation. */
import { describe, expect, test } from 'vitest'
import { executeLoop, executePipeline, executeStepsParallel, type PipelineStage, type WorkflowStep } from '../../src/index.ts'
import { executorOf, gates, outputs, statuses, step, steps, until } from './steps.ts'

describe('executeStepsParallel', () => {
  test('keeps the order of its input, whoever is faster', async () => {
    const { wait, open } = gates()
    const executor = executorOf(({ taskId }) => wait(taskId))
    const running = executeStepsParallel(executor, steps('a', 'b', 'c'))
    await until(() => executor.asked.length === 3)
    for (const id of ['c', 'a', 'b']) open(id)
    expect(outputs(await running)).toEqual(['did: prompt of a', 'did: prompt of b', 'did: prompt of c'])
  })

  test('is a sliding window: a place is refilled as soon as any step has ended, not in batches', async () => {
    const { wait, open } = gates()
    const executor = executorOf(({ taskId }) => wait(taskId), 2)
    const running = executeStepsParallel(executor, steps('a', 'b', 'c', 'd'))
    await until(() => executor.asked.length === 2)
    open('b')
    await until(() => executor.asked.length === 3)
    expect(executor.ids).toEqual(['a', 'b', 'c'])
    for (const id of ['a', 'c', 'd']) open(id)
    await running
    expect(executor.most).toBe(2)
  })

  test('runs one at a time where the hint says so, and 8 where it says nothing of use', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `s${index}`)
    const one = executorOf(() => new Promise((resolve) => setImmediate(resolve)), 1)
    await executeStepsParallel(one, steps(...ids))
    expect(one.most).toBe(1)
    const broken = executorOf(() => new Promise((resolve) => setImmediate(resolve)), 0)
    await executeStepsParallel(broken, steps(...ids))
    expect(broken.most).toBe(8)
  })

  test('makes a throwing branch a failed outcome under its own name, and lets the others be', async () => {
    const executor = executorOf(({ taskId }) => {
      if (taskId === 'b') throw new Error('branch b blew up')
    })
    const outcomes = await executeStepsParallel(executor, steps('a', 'b', 'c'))
    expect(statuses(outcomes)).toEqual(['completed', 'failed', 'completed'])
    expect(outcomes[1]).toMatchObject({
      taskId: 'b',
      agent: 'explore',
      sessionId: 'task-run-b',
      success: false,
      output: 'branch b blew up',
    })
  })

  test('does not fail fast', async () => {
    const executor = executorOf(({ taskId }) => (taskId === 'a' ? { status: 'failed', output: 'no' } : undefined), 1)
    expect(statuses(await executeStepsParallel(executor, steps('a', 'b', 'c')))).toEqual(['failed', 'completed', 'completed'])
  })

  test('refuses two steps of one id before anything runs', async () => {
    const executor = executorOf()
    await expect(executeStepsParallel(executor, steps('a', 'b', 'a'))).rejects.toThrow("Two steps have the id 'a', so nothing was run")
    expect(executor.asked).toEqual([])
  })

  test('gives nothing for nothing', async () => {
    expect(await executeStepsParallel(executorOf(), [])).toEqual([])
  })

  test("stops with the signal's reason, and begins nothing after it", async () => {
    const { wait } = gates()
    const control = new AbortController()
    const reason = new Error('enough')
    const executor = executorOf(({ taskId }) => wait(taskId), 2)
    const running = executeStepsParallel(executor, steps('a', 'b', 'c', 'd'), { signal: control.signal })
    await until(() => executor.asked.length === 2)
    control.abort(reason)
    await expect(running).rejects.toBe(reason)
    expect(executor.ids).toEqual(['a', 'b'])
  })

  test('passes on the events of each step', async () => {
    const seen: string[] = []
    const executor = executorOf((spec, { onEvent }) => {
      onEvent?.({
        cursor: '',
        durable: false,
        sessionId: spec.taskId,
        runId: 'r',
        timestamp: 0,
        event: { type: 'persistence_failed', operation: 'x', error: 'y' },
      })
    })
    await executeStepsParallel(executor, steps('a', 'b'), {
      onEvent: ({ sessionId }, { taskId }) => void seen.push(`${sessionId} of ${taskId}`),
    })
    expect(seen.toSorted()).toEqual(['a of a', 'b of b'])
  })
})

type Item = { readonly name: string }
const items: readonly Item[] = [{ name: 'x' }, { name: 'y' }, { name: 'z' }]
const stage =
  (label: string): PipelineStage<Item> =>
  (previous, { name }) =>
    step(`${name}-${label}`, { prompt: `${label} after ${previous?.output ?? 'nothing'}` })

describe('executePipeline', () => {
  test('gives each stage the outcome of the one before, and the last outcomes in the items’ order', async () => {
    const outcomes = await executePipeline(executorOf(), items, { stages: [stage('1'), stage('2')] })
    expect(outcomes.map((each) => each?.taskId)).toEqual(['x-2', 'y-2', 'z-2'])
    expect(outcomes[0]?.output).toBe('did: 2 after did: 1 after nothing')
  })

  test('has no barrier between stages: one item is through while another is in its first', async () => {
    const { wait, open } = gates()
    const executor = executorOf(({ taskId }) => (taskId === 'x-1' ? wait('x') : undefined))
    const running = executePipeline(executor, items, { stages: [stage('1'), stage('2')] })
    await until(() => executor.ids.includes('z-2') && executor.ids.includes('y-2'))
    expect(executor.ids).not.toContain('x-2')
    open('x')
    expect((await running)[0]?.taskId).toBe('x-2')
  })

  test('counts whole chains: a place stays with its item until its chain ends', async () => {
    const executor = executorOf(undefined, 1)
    await executePipeline(executor, items, { stages: [stage('1'), stage('2')] })
    expect(executor.ids).toEqual(['x-1', 'x-2', 'y-1', 'y-2', 'z-1', 'z-2'])
  })

  test("ends an item's chain at a failed step, with that outcome", async () => {
    const executor = executorOf(({ taskId }) => (taskId === 'y-1' ? { status: 'failed', output: 'broken' } : undefined))
    const outcomes = await executePipeline(executor, items, { stages: [stage('1'), stage('2')] })
    expect(outcomes[1]).toMatchObject({ taskId: 'y-1', success: false, output: 'broken' })
    expect(executor.ids).not.toContain('y-2')
    expect(outcomes[2]?.taskId).toBe('z-2')
  })

  test('ends an item’s chain where a stage gives no step, with the last outcome, or null in the first stage', async () => {
    const only =
      (name: string, label: string): PipelineStage<Item> =>
      (previous, item) =>
        item.name === name ? undefined : stage(label)(previous, item)
    const outcomes = await executePipeline(executorOf(), items, { stages: [only('x', '1'), only('y', '2')] })
    expect(outcomes.map((each) => each?.taskId ?? null)).toEqual([null, 'y-1', 'z-2'])
  })

  test('gives null for the item whose stage threw, only for that one, and says what it threw', async () => {
    const errors: unknown[] = []
    const breaking: PipelineStage<Item> = (previous, item) => {
      if (item.name === 'y') throw new Error('no plan for y')
      return stage('2')(previous, item)
    }
    const outcomes = await executePipeline(executorOf(), items, {
      stages: [stage('1'), breaking],
      onStageError: ({ item, stage: number, error }) => void errors.push([item, number, String(error)]),
    })
    expect(outcomes.map((each) => each?.taskId ?? null)).toEqual(['x-2', null, 'z-2'])
    expect(errors).toEqual([[1, 1, 'Error: no plan for y']])
  })

  test('does not run an id twice', async () => {
    const executor = executorOf(undefined, 1)
    const outcomes = await executePipeline(executor, items, { stages: [() => step('same')] })
    expect(executor.ids).toEqual(['same'])
    expect(statuses(outcomes)).toEqual(['completed', 'failed', 'failed'])
    expect(outcomes[1]?.output).toContain("has the id 'same' already")
  })

  test("stops with the signal's reason", async () => {
    const control = new AbortController()
    const executor = executorOf(({ taskId }) => {
      if (taskId === 'x-1') control.abort(new Error('enough'))
    }, 1)
    const running = executePipeline(executor, items, { stages: [stage('1'), stage('2')], signal: control.signal })
    await expect(running).rejects.toThrow('enough')
    expect(executor.ids).toEqual(['x-1'])
  })
})

describe('executeLoop', () => {
  const round = (number: number) => steps(`a${number}`, `b${number}`)

  test('runs rounds until next gives no more, and gives the last outcomes', async () => {
    const executor = executorOf()
    const outcomes = await executeLoop(executor, round(0), {
      maxRounds: 10,
      next: (_, index) => (index < 2 ? round(index + 1) : undefined),
    })
    expect(executor.ids).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2'])
    expect(outcomes.map(({ taskId }) => taskId)).toEqual(['a2', 'b2'])
  })

  test('ends after maxRounds whatever next says, and asks next after every round, the last one included', async () => {
    const rounds: number[] = []
    await executeLoop(executorOf(), round(0), {
      maxRounds: 3,
      next: (_, index) => {
        rounds.push(index)
        return round(index + 1)
      },
    })
    expect(rounds).toEqual([0, 1, 2])
  })

  test('takes fewer than one round as one', async () => {
    const executor = executorOf()
    await executeLoop(executor, round(0), { maxRounds: 0, next: () => round(1) })
    expect(executor.ids).toEqual(['a0', 'b0'])
    await expect(executeLoop(executor, round(0), { maxRounds: Number.NaN, next: () => [] })).rejects.toThrow(
      'maxRounds is NaN, not a number',
    )
  })

  test('does the same id in another round in another session, unless the step names one', async () => {
    const executor = executorOf()
    const unnamed: WorkflowStep = Object.assign(step('a'), { sessionId: undefined as never })
    const rounds = [[unnamed], [step('a', { sessionId: 'mine' })]]
    await executeLoop(executor, [step('a')], { maxRounds: 3, next: (_, index) => rounds[index] })
    expect(executor.asked.map(({ sessionId }) => sessionId)).toEqual([undefined, 'task-run-a.round-1', 'mine'])
  })

  test('refuses what is no step in a later round in words', async () => {
    const none = JSON.parse('[null]') as ReturnType<typeof steps>
    await expect(executeLoop(executorOf(), round(0), { maxRounds: 2, next: () => none })).rejects.toThrow(
      'A step is an object with a taskId',
    )
  })

  test('ends when asked to run no steps, and is empty when it began with none', async () => {
    const executor = executorOf()
    expect((await executeLoop(executor, round(0), { maxRounds: 9, next: () => [] })).map(({ taskId }) => taskId)).toEqual(['a0', 'b0'])
    expect(await executeLoop(executor, [], { maxRounds: 9, next: () => round(1) })).toEqual([])
  })
})
