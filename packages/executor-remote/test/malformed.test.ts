/** What an end may not say, since the other could not read it, harms the step that it is about and no other. */
import type { AgentExecutor, AgentStepSpec, StepOutcome } from '@seamfold/core/kit'
import { expect, test } from 'vitest'
import { useEnds } from './support/ends.ts'
import { eventOf, executorOf, gate, never, outcomeOf, specOf } from './support/steps.ts'

const ends = useEnds()

/** What comes of a step, and of one that runs beside it, at a worker that does this. */
async function beside(spec: AgentStepSpec, work: AgentExecutor['executeStep']): Promise<readonly [StepOutcome, StepOutcome]> {
  const goOn = gate()
  const { executeStep } = executorOf(async (each) => {
    await goOn.opened
    return outcomeOf(each, 'ok')
  })
  const serving = await ends.serve({
    contract: 1,
    executeStep: (each, options) => (each.taskId === 'neighbour' ? executeStep : work)(each, options),
  })
  const caller = ends.call(serving.url)
  const neighbour = caller.executeStep(specOf('neighbour'), { signal: never() })
  await expect.poll(() => serving.steps).toBe(1)
  const outcome = await caller.executeStep(spec, { signal: never(), onEvent: () => {} })
  goOn.open()
  return [outcome, await neighbour]
}

const fine: AgentExecutor['executeStep'] = async (spec) => outcomeOf(spec, 'ok')
const answering =
  (part: object): AgentExecutor['executeStep'] =>
  async (spec) => ({ ...outcomeOf(spec, 'ok'), ...part })
const saying =
  (part: object): AgentExecutor['executeStep'] =>
  async (spec, { onEvent }) => {
    onEvent?.({ ...eventOf(spec, 0, { durable: true }), ...part })
    return outcomeOf(spec, 'ok')
  }
const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 }

test.each<[string, object, AgentExecutor['executeStep'], RegExp]>([
  ['asks for no turn at all', { maxSteps: 0 }, fine, /^Step odd cannot be sent to a worker: it is malformed: spec\.maxSteps: /],
  ['has a deadline that JSON cannot hold', { authority: { deadline: Infinity } }, fine, /malformed: spec\.authority\.deadline: /],
  ['has no prompt', { prompt: undefined }, fine, /malformed: spec\.prompt: /],
  ['has answers that are none', { answers: 5 }, fine, /malformed: spec\.answers: /],
  ['took no number of tokens', {}, answering({ usage: { ...usage, input: NaN } }), /'usage\.input' is NaN, which is no amount$/],
  ['took less than no tokens', {}, answering({ usage: { ...usage, input: -1 } }), /'usage\.input' is -1, which is no amount$/],
  ['cost less than nothing', {}, answering({ cost: -1 }), /'cost' is -1, which is no amount$/],
  ['has a code that is none', {}, answering({ code: null }), /^The outcome of step odd cannot be sent: it is malformed: outcome\.code: /],
  [
    'tells of a fact without a cursor',
    {},
    saying({ cursor: undefined }),
    /^Step odd was stopped, since an event cannot be sent: it is malformed: envelope\.cursor: /,
  ],
])('a step that %s', async (_what, ...[part, work, words]) => {
  const [odd, neighbour] = await beside({ ...specOf('odd'), ...part }, work)
  expect(odd).toMatchObject({ taskId: 'odd', status: 'failed', output: expect.stringMatching(words) as string })
  expect(odd.code).toBe(work === fine ? 'invalid_argument' : undefined)
  expect(neighbour).toMatchObject({ status: 'completed', output: 'ok' })
})

test('a live event that cannot be read is left out', async () => {
  const [odd, neighbour] = await beside(specOf('odd'), saying({ durable: false, timestamp: NaN }))
  expect([odd.output, neighbour.output]).toEqual(['ok', 'ok'])
})

test('an executor that gives an outcome and no promise harms nobody, and its places are free again', async () => {
  const give = (spec: AgentStepSpec): StepOutcome => outcomeOf(spec, 'ok')
  const plain = { contract: 1, concurrencyHint: 1, executeStep: give } as unknown as AgentExecutor
  const serving = await ends.serve(plain)
  const caller = ends.call(serving.url)
  const outputs = await Promise.all(['a', 'b', 'c'].map((taskId) => caller.executeStep(specOf(taskId), { signal: never() })))
  expect(outputs.map(({ output }) => output)).toEqual(['ok', 'ok', 'ok'])
  await expect.poll(() => serving.steps).toBe(0)
})
