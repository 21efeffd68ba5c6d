/** The agents of a registry as an executor: each step is done by the agent that it names. */
import { expect, test } from 'vitest'
import { AgentRegistry, memoryStore, policy, teamExecutor, tool } from '../../src/index.ts'
import { callOf } from '../../src/testing.ts'
import { modelOf, promptOf, resultsOf, turnsOf } from './families.ts'

const step = (agent: string, prompt: string) => ({ taskId: `${agent}-${prompt}`, agent, description: prompt, prompt })
const signal = new AbortController().signal

const write = tool({
  name: 'write',
  description: 'Writes.',
  access: () => [{ kind: 'write', path: 'a' }],
  effect: 'idempotent',
  execute: () => 'written',
})
const change = tool({
  name: 'change',
  description: 'Changes.',
  access: () => [{ kind: 'write', path: 'a' }],
  effect: 'idempotent',
  execute: () => 'changed',
})

const team = (agents?: AgentRegistry) => {
  const llm = modelOf((request) => (turnsOf(request) === 0 ? [callOf(promptOf(request))] : resultsOf(request).join()))
  const options = { llm, store: memoryStore(), tools: [write, change], permissions: policy({ default: 'allow' }) }
  return { llm, executor: teamExecutor(options, agents === undefined ? {} : { agents }) }
}

test('a step is done with the tools and permissions of its agent, and told under its name', async () => {
  const { executor } = team()
  expect(await executor.executeStep(step('default', 'write'), { signal })).toMatchObject({
    agent: 'default',
    output: 'written',
    success: true,
  })
  expect(await executor.executeStep(step('general', 'write'), { signal })).toMatchObject({ agent: 'general', output: 'written' })
  const explored = await executor.executeStep(step('explore', 'write'), { signal })
  expect(explored.output).toContain("There is no tool 'write'")
  expect((await executor.executeStep(step('explore', 'change'), { signal })).output).toContain("'change' was not allowed")
})

test('a step for an agent that there is not fails with the nearest name', async () => {
  const outcome = await team().executor.executeStep(step('reveiw', 'write'), { signal })
  expect(outcome).toMatchObject({ success: false, code: 'invalid_argument', agent: 'reveiw' })
  expect(outcome.output).toContain("Did you mean 'review'?")
})

test('an agent with a schema answers by it, whether the step asks for one or not', async () => {
  const outputSchema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
  const agents = new AgentRegistry([{ name: 'counts', description: 'Counts.', outputSchema }])
  const executor = teamExecutor({ llm: modelOf(() => '{"n":3}') }, { agents })
  expect(await executor.executeStep(step('counts', 'x'), { signal })).toMatchObject({ success: true, structured: { n: 3 } })
})

test('a step whose schema nothing can meet is not begun', async () => {
  const { executor, llm } = team()
  const outcome = await executor.executeStep({ ...step('explore', 'write'), outputSchema: { enum: [] } }, { signal })
  expect(outcome).toMatchObject({ success: false, code: 'invalid_argument', output: expect.stringContaining('# has an empty enum') })
  expect(llm.requests).toEqual([])
})

test('the same step twice at once is done once, and both are told', async () => {
  const { executor, llm } = team()
  const twice = await Promise.all([1, 2].map(() => executor.executeStep(step('general', 'write'), { signal })))
  expect(twice.map(({ status, output }) => `${status} ${output}`)).toEqual(['completed written', 'completed written'])
  expect(llm.requests).toHaveLength(2)
})

test('rules for an agent hold in its steps, however the step is limited', async () => {
  const llm = modelOf((request) => (turnsOf(request) === 0 ? [callOf(promptOf(request))] : resultsOf(request).join()))
  const permissions = policy({ default: 'allow', rules: [{ deny: { tool: 'change', agent: 'general' } }] })
  const executor = teamExecutor({ llm, store: memoryStore(), tools: [change], permissions })
  const told = async (agent: string, more: object = {}) =>
    (await executor.executeStep({ ...step(agent, 'change'), ...more }, { signal })).output
  expect(await told('default')).toBe('changed')
  expect(await told('general')).toContain("'change' was not allowed")
  expect(await told('general-purpose')).toContain("'change' was not allowed")
  expect(await told('general', { taskId: 'limited', maxSteps: 3 })).toContain("'change' was not allowed")
})
