/** A cancel reaches what children of children are at, at once. */
import { expect, test } from 'vitest'
import { AgentRegistry, jsonSchema, tool } from '../../src/index.ts'
import { callOf } from '../../src/testing.ts'
import { family, give, modelOf, promptOf } from './families.ts'

test('a cancel reaches grandchildren, and all have ended, within 100 ms', async () => {
  const input = jsonSchema<Record<string, never>>({ type: 'object' })
  const ready = Promise.withResolvers<void>()
  const reached: number[] = []
  let begun = 0
  const wait = tool({
    name: 'wait',
    description: 'Waits until it is stopped.',
    input,
    readOnly: true,
    execute: (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        begun += 1
        if (begun === 8) ready.resolve()
        signal.addEventListener('abort', () => {
          reached.push(performance.now())
          reject(signal.reason as Error)
        })
      }),
  })
  const agents = new AgentRegistry([{ name: 'middle', description: 'Gives tasks on.', tools: ['*', 'task'] }])
  const llm = modelOf((request) => {
    const prompt = promptOf(request)
    if (prompt === 'go') return [1, 2, 3, 4].map((each) => callOf('task', { agent: 'middle', prompt: `middle ${each}` }))
    return prompt.startsWith('middle')
      ? [give(`${prompt} a`.replace('middle', 'leaf')), give(`${prompt} b`.replace('middle', 'leaf'))]
      : [callOf('wait', {})]
  })
  const { agent } = family(llm, { extra: [wait], task: { agents } })
  const run = await agent.run('go')
  await ready.promise
  const before = performance.now()
  void run.cancel('enough')
  expect((await run.result).status).toBe('cancelled')
  const took = performance.now() - before
  expect(reached).toHaveLength(8)
  expect(Math.max(...reached) - before).toBeLessThan(100)
  // The whole tree has ended, and each of its twelve journals says so.
  expect(took).toBeLessThan(500)
  await agent.close()
})
