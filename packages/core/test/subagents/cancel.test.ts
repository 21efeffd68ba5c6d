/** A cancel reaches what children of children are at, at once. */
import { expect, test } from 'vitest'
import { AgentRegistry, jsonSchema, tool } from '../../src/index.ts'
import { callOf, manualHost } from '../../src/testing.ts'
import { family, give, modelOf, promptOf } from './families.ts'

test('a cancel reaches grandchildren, and all have ended, within 100 ms', async () => {
  const input = jsonSchema<Record<string, never>>({ type: 'object' })
  const ready = Promise.withResolvers<void>()
  let reached = 0
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
          reached += 1
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
  // Its clock stands still, so nobody waits for a timer: what it takes is what it computes, on a busy machine too.
  const { agent } = family(llm, { extra: [wait], task: { agents }, host: manualHost() })
  const run = await agent.run('go')
  await ready.promise
  const before = process.cpuUsage()
  void run.cancel('enough')
  // The whole tree has ended, and each of its twelve journals says so.
  expect((await run.result).status).toBe('cancelled')
  expect(reached).toBe(8)
  expect(process.cpuUsage(before).user).toBeLessThan(100_000)
  await agent.close()
})
