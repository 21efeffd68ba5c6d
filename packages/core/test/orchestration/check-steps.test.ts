/** Steps that cannot be meant so are refused before anything runs, and outcomes that cannot be stored are no answer. */
import { describe, expect, test } from 'vitest'
import { createAgent, defineWorkflow, executePipeline, memoryStore, Workflow, WorkflowBudget, type WorkflowStep } from '../../src/index.ts'
import { manualHost, scriptedLlm } from '../../src/testing.ts'
import { executorOf, step } from './steps.ts'

const NOBODY: unknown = undefined
const unmeetable = { type: 'string', minLength: 5, maxLength: 2 } as const

const BAD: readonly (readonly [string, object, RegExp])[] = [
  ['no id', { taskId: NOBODY }, /needs a taskId, a text; this one has undefined/],
  ['an empty id', { taskId: '' }, /needs a taskId, a text; this one has ""/],
  ['an id that is a number', { taskId: 7 }, /this one has 7/],
  ['no agent', { agent: NOBODY }, /Step 'a' needs a text as its agent/],
  ['no prompt', { prompt: NOBODY }, /Step 'a' needs a text as its prompt/],
  ['half a turn', { maxSteps: 1.5 }, /maxSteps 1\.5: give a whole number above 0/],
  ['time that is no number', { timeoutMs: Number.NaN }, /timeoutMs NaN/],
  ['time that is over', { timeoutMs: -1 }, /timeoutMs -1/],
  ['no try', { retry: { attempts: 0 } }, /retry\.attempts 0/],
  ['a pause that is no number', { retry: { attempts: 2, delayMs: Number.NaN } }, /retry\.delayMs NaN/],
  ['a budget that is no amount', { budget: { usd: Number.NaN } }, /budget\.usd NaN/],
  ['a budget of what nobody counts', { budget: { token: 5 } }, /There is no limit 'token'\. Did you mean 'tokens'\?/],
  ['a budget in words', { budget: { tokens: '5' } }, /budget\.tokens 5/],
  ['a budget that is none', { budget: 5 }, /budget 5: give its limits by name/],
  ['an authority that is none', { authority: 'all' }, /authority "all": give an object/],
  ['a grant of what nobody counts', { authority: { budget: { token: 5 } } }, /There is no limit 'token'\. Did you mean 'tokens'\?/],
  ['a grant in words', { authority: { budget: { usd: '5' } } }, /authority\.budget\.usd 5/],
  ['a deadline that is no time', { authority: { deadline: Number.NaN } }, /authority\.deadline NaN/],
  ['a depth that is none', { authority: { depth: -1 } }, /authority\.depth -1/],
  ['tries that are none', { retry: null }, /retry\.attempts undefined/],
  ['time in words', { timeoutMs: '5' }, /timeoutMs 5/],
  ['a schema that is none', { outputSchema: { type: 'nonsense' } }, /Step 'a' cannot be done: its output schema is broken: .*nonsense/],
  [
    'a schema that nothing can meet',
    { outputSchema: unmeetable },
    /nothing can meet its output schema: # asks for minLength 5 and maxLength 2/,
  ],
]

const bad = (part: object): WorkflowStep => ({ ...step('a'), ...part })

describe.each(BAD)('a step with %s', (_what, part, why) => {
  test('is refused by every verb before its siblings run', async () => {
    const executor = executorOf()
    const workflow = new Workflow({ executor, store: memoryStore() })
    const steps = [step('b'), bad(part)]
    for (const refused of [
      workflow.parallel(steps),
      workflow.phase('p', steps),
      workflow.rounds(steps, () => undefined, { maxRounds: 1 }),
      workflow.agent(bad(part)),
    ])
      await expect(refused).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringMatching(why) })
    expect(executor.ids).toEqual([])
  })

  test('ends the chain of its item in a pipeline', async () => {
    const executor = executorOf()
    const [lost, done] = await executePipeline(executor, ['x', 'y'], {
      stages: [(_previous, item: string) => (item === 'x' ? bad(part) : step('b'))],
    })
    expect(lost).toMatchObject({ success: false, code: 'invalid_argument', output: expect.stringMatching(why) })
    expect(done).toMatchObject({ success: true })
    expect(executor.ids).toEqual(['b'])
  })
})

test('a budget with a limit that is no amount is refused', () => {
  for (const limits of [{ usd: Number.NaN }, { tokens: -1 }])
    expect(() => new WorkflowBudget(limits)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})

test('an outcome that is no JSON is a failed one, stored in words', async () => {
  const circle: Record<string, unknown> = {}
  circle.circle = circle
  const store = memoryStore()
  const options = { executor: executorOf(() => ({ structured: circle as never })), store, rootId: 'root', host: manualHost() }
  const workflow = new Workflow(options)
  const outcome = await workflow.agent(step('a'))
  expect(outcome).toMatchObject({ status: 'failed', output: expect.stringContaining('cannot be stored as JSON') })
  await workflow.close()
  await using again = new Workflow({ ...options, executor: executorOf() })
  expect(await again.agent(step('a'))).toMatchObject({ success: true })
})

test('a deadline that no timer counts is not one that has passed', async () => {
  const executor = createAgent({
    llm: scriptedLlm([async () => new Promise((resolve) => setTimeout(() => resolve('done')))]), // after timers that were set too far off
  }).executor()
  const authority = { deadline: Date.now() + 2 ** 40 }
  const signal = new AbortController().signal
  expect(await executor.executeStep({ ...step('a'), agent: 'default', authority }, { signal })).toMatchObject({ output: 'done' })
})

describe('what is no list of steps, and no name', () => {
  const nothing = null as never

  test('is refused in words before anything runs', async () => {
    const executor = executorOf()
    await using workflow = new Workflow({ executor })
    await expect(workflow.parallel(nothing)).rejects.toThrow('Steps are a list; this is null')
    await expect(workflow.parallel([step('a'), nothing])).rejects.toThrow('A step is an object with a taskId; this is null')
    await expect(workflow.phase(nothing, [step('a')])).rejects.toThrow('need a name, a text; this is null')
    expect(() => workflow.scope(nothing)).toThrow('need a name, a text; this is null')
    await expect(workflow.rounds([step('a')], () => [], {} as never)).rejects.toThrow('maxRounds is undefined, not a number')
    await expect(workflow.rounds([step('a')], () => [], { maxRounds: '3' as never })).rejects.toThrow('maxRounds is 3, not a number')
    expect(executor.asked).toEqual([])
  })

  test('ends a chain, and the rounds, as no step does', async () => {
    const executor = executorOf()
    expect(await executePipeline(executor, [1], { stages: [() => step('a'), () => nothing] })).toMatchObject([{ taskId: 'a' }])
    await using workflow = new Workflow({ executor })
    expect(await workflow.rounds([step('b')], () => nothing, { maxRounds: 3 })).toMatchObject([{ taskId: 'b' }])
  })
})

test('a pipeline, rounds and a definition of what is nothing are refused in words', async () => {
  const nothing = undefined as never
  const executor = executorOf()
  await using workflow = new Workflow({ executor })
  await expect(workflow.pipeline([1], nothing)).rejects.toThrow('a list of stages that are functions')
  await expect(workflow.pipeline([1], ['x' as never])).rejects.toThrow('a list of stages that are functions')
  await expect(workflow.pipeline(nothing, [])).rejects.toThrow('A pipeline takes a list of items')
  await expect(workflow.rounds([step('a')], nothing, { maxRounds: 2 })).rejects.toThrow('Rounds need a function')
  expect(() => new Workflow(nothing)).toThrow('A workflow needs an executor')
  expect(() => new Workflow({} as never)).toThrow('A workflow needs an executor')
  expect(() => defineWorkflow('w', nothing)).toThrow("Workflow 'w' needs { input: a schema, run(workflow, input) }")
  expect(() => defineWorkflow('w', { run: async () => undefined } as never)).toThrow('needs { input: a schema')
  expect(() => defineWorkflow(7 as never, nothing)).toThrow('A workflow needs a name, a text')
  expect(executor.ids).toEqual([])
})

describe('a workflow with options that mean nothing', () => {
  test.each([
    [{ onChanged: 'retry' }, "onChanged is 'retry': give 'stop', 'rerun' or 'reuse'"],
    [{ suspended: 'park' }, "suspended is 'park': give 'stop' or 'wait'"],
    [{ suspended: 'wait' }, "suspended: 'wait' needs a store"],
    [{ rootId: 7 }, 'A rootId is a text that is not empty'],
  ])('given %j is refused', (options, words) => {
    expect(() => new Workflow({ executor: executorOf(), ...(options as object) })).toThrow(words)
  })

  test.each([
    [{ token: 5 }, "There is no limit 'token'. Did you mean 'tokens'?"],
    [{ tokens: '5' }, "The limit 'tokens' of a workflow's budget is 5: give an amount"],
    [{ usd: null }, "The limit 'usd' of a workflow's budget is null"],
  ])('and a budget of %j too', (limits, words) => {
    expect(() => new WorkflowBudget(limits as object)).toThrow(words)
  })
})
