/** What the guard adds to the suite: its defaults, and its words about executors that break their contract. */
import { describe, expect, test } from 'vitest'
import { guardedExecutor } from '../../src/orchestration/guarded-executor.ts'
import type { AgentExecutor } from '../../src/ports/agent-executor.ts'
import { neverAborted, stepOutcome, stepSpec } from '../../src/testing/agent-executor-fixtures.ts'

const signal = neverAborted()
const executorOf = (executeStep: AgentExecutor['executeStep'], rest: Partial<AgentExecutor> = {}): AgentExecutor =>
  guardedExecutor({ contract: 1, executeStep, ...rest })
const withUsage = (input: number): unknown => {
  const outcome = stepOutcome(stepSpec('a'), 'ok')
  return { ...outcome, usage: { ...outcome.usage, input } }
}
const echo: AgentExecutor['executeStep'] = async (spec) => stepOutcome(spec, 'ok')

describe('a guarded executor', () => {
  test('advises 8 steps at once where the executor gives no usable advice', () => {
    expect(executorOf(echo).concurrencyHint).toBe(8)
    expect(executorOf(echo, { concurrencyHint: 3 }).concurrencyHint).toBe(3)
    for (const concurrencyHint of [0, -1, 1.5, Number.NaN, Infinity]) expect(executorOf(echo, { concurrencyHint }).concurrencyHint).toBe(8)
  })

  test('refuses what is not an executor of contract 1', () => {
    const newer = { contract: 2, executeStep: echo } as unknown as AgentExecutor
    expect(() => guardedExecutor(newer)).toThrow('must have contract 1, this one has 2')
  })

  test('fails the step when the executor throws before it gives a promise', async () => {
    const executor = executorOf(() => {
      throw new Error('not even a promise')
    })
    await expect(executor.executeStep(stepSpec('a'), { signal })).resolves.toMatchObject({ status: 'failed', output: 'not even a promise' })
  })

  test.each([
    ['nothing', undefined, 'it is not an object'],
    ['no usage', { ...stepOutcome(stepSpec('a'), 'ok'), usage: undefined }, "'usage' is not an object"],
    ['a status of its own', { ...stepOutcome(stepSpec('a'), 'ok'), status: 'great' }, `'status' is "great"`],
    ['usage that is no number', withUsage(Number.NaN), "'usage.input' is NaN, which is no amount"],
    ['usage that would be given back', withUsage(-5), "'usage.input' is -5, which is no amount"],
    ['a cost that is no number', { ...stepOutcome(stepSpec('a'), 'ok'), cost: Number.NaN }, "'cost' is NaN, which is no amount"],
    ['a cost that would be given back', { ...stepOutcome(stepSpec('a'), 'ok'), cost: -1 }, "'cost' is -1, which is no amount"],
    ['waiting for what is no request', { ...stepOutcome(stepSpec('a'), 'ok'), waitingFor: [null] }, "'waitingFor' is no list of requests"],
  ])('fails the step when the outcome is %s', async (_what, outcome, words) => {
    const executor = executorOf(async () => outcome as never)
    const found = await executor.executeStep(stepSpec('a'), { signal })
    expect(found).toMatchObject({ taskId: 'a', status: 'failed' })
    expect(found.output).toContain(words)
  })

  test('names both steps when the outcome is of another', async () => {
    const executor = executorOf(async () => stepOutcome(stepSpec('b'), 'ok'))
    const { output } = await executor.executeStep(stepSpec('a'), { signal })
    expect(output).toBe('The executor answered step a of agent explore with the outcome of step b of agent explore')
  })

  test('does not offer a listener where the caller gave none', async () => {
    let offered = true
    const executor = executorOf(async (spec, options) => {
      offered = 'onEvent' in options
      return stepOutcome(spec, 'ok')
    })
    await executor.executeStep(stepSpec('a'), { signal })
    expect(offered).toBe(false)
  })
})
