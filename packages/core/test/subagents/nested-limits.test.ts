/** Nested calls and tasks share one budget of tool calls. */
import { expect, test } from 'vitest'
import { hooks, laneQueue, tool } from '../../src/index.ts'
import { callOf } from '../../src/testing.ts'
import { family, give, modelOf, promptOf, turnsOf } from './families.ts'

test('a budget of tool calls counts nested calls that wait for a place in their lane, before a task has its share', async () => {
  let done = 0
  const begun = Promise.withResolvers<void>()
  const echo = tool({
    name: 'echo',
    description: 'Echoes.',
    readOnly: true,
    execute: async () => {
      await begun.promise
      return ++done
    },
  })
  const nests = tool({
    name: 'nests',
    description: 'Makes calls.',
    effect: 'composite',
    access: () => [],
    execute: async (_, { invoke }) => (await Promise.all([1, 2, 3, 4, 5, 6].map((n) => invoke('echo', { n })))).length,
  })
  const llm = modelOf((request) => {
    const turns = turnsOf(request)
    if (promptOf(request) !== 'child') return turns === 0 ? [callOf('nests'), give('child')] : 'the end'
    begun.resolve()
    return turns < 3 ? [1, 2, 3].map((n) => callOf('echo', { child: n, turns })) : 'done'
  })
  const lanes = laneQueue({ query: { concurrency: 1 } })
  // The task begins when one of the nested calls works and the others wait.
  const inLine = hooks({
    async pre_tool_use(event) {
      if (event.tool === 'task') while (lanes.stats().query.depth < 5) await new Promise((resolve) => setImmediate(resolve))
      return undefined
    },
  })
  const { agent } = family(llm, { extra: [echo, nests], lanes, hooks: inLine, budget: { perRun: { toolCalls: 10 } } })
  await (await agent.run('go')).completed()
  expect(done + 2).toBeLessThanOrEqual(10)
})
