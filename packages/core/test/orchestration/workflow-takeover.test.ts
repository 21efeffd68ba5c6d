/** A workflow whose root is taken while its steps are at work: they are left to whoever took it, and no effect is made again. */
import { expect, test } from 'vitest'
import { createAgent, memoryStore, openSession, tool, Workflow } from '../../src/index.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { step } from './steps.ts'

test('a step that was interrupted by a takeover goes on where it stood', async () => {
  const store = memoryStore()
  const [waits, sibling] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let paid = 0
  let waited = 0
  const pay = tool({ name: 'pay', description: 'Pays.', access: () => [], effect: 'unsafe', execute: () => `paid ${++paid}` })
  const wait = tool({
    name: 'wait',
    description: 'Waits.',
    readOnly: true,
    execute(_input, { signal }) {
      if (++waited > 1) return 'waited'
      waits.resolve()
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    },
  })
  const next: ScriptedReply = async ({ messages }) => {
    const results = messages.flatMap(({ content }) => content).filter(({ type }) => type === 'tool_result').length
    if (JSON.stringify(messages[0]).includes('prompt of b')) {
      await sibling.promise
      return 'the sibling is done'
    }
    return [[callOf('pay')], [callOf('wait')]][results] ?? 'done'
  }
  const agent = createAgent({ llm: scriptedLlm(Array.from({ length: 20 }, () => next)), tools: [pay, wait], store })
  const options = { executor: agent.executor(), store, rootId: 'root' }
  const a = step('a', { agent: 'default' })
  const first = new Workflow(options)
  const lost = first.parallel([a, step('b', { agent: 'default' })])
  lost.catch(() => {})
  await waits.promise
  await using second = new Workflow(options)
  await second.parallel([])
  sibling.resolve() // its end cannot be stored any more: that is how the first one learns of it
  await expect(lost).rejects.toMatchObject({ code: 'workflow_lost' })
  const outcome = await second.agent(a)
  expect(outcome).toMatchObject({ status: 'completed', output: 'done' })
  expect(paid).toBe(1)
  expect((await (await openSession(store, outcome.sessionId)).state()).run?.status).toBe('completed')
})
