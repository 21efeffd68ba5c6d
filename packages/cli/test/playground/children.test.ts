/** Steps and tasks on the page: answered where they are seen, and gone on with by whoever asked for them. */
import { createAgent, memoryStore, openSession, taskTool, tool, unfinishedRuns, Workflow } from '@seamfold/core'
import type { LlmClient, SessionStore } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { isType, stage } from './stage.ts'

const change = tool({
  name: 'change',
  description: 'Changes.',
  access: () => [{ kind: 'write', path: 'a' }],
  effect: 'unsafe',
  execute: () => 'changed',
})

/** The child of a store, with what it asks. */
async function childIn(store: SessionStore): Promise<{ readonly id: string; readonly requestId: string }> {
  for await (const { sessionId, child, waitingFor } of unfinishedRuns(store, { children: true }))
    if (child !== undefined) return { id: sessionId, requestId: waitingFor[0]?.requestId ?? '' }
  throw new Error('there is no child')
}

test('a step is answered, is not resumed, and goes on with its workflow', async () => {
  const store = memoryStore()
  const executor = createAgent({ llm: scriptedLlm([[callOf('change', {})], 'The step is done.']), tools: [change], store }).executor()
  const step = { taskId: 'a', agent: 'default', description: 'a', prompt: 'a' }
  await expect(new Workflow({ executor, store, rootId: 'root' }).agent(step)).rejects.toMatchObject({ code: 'workflow_suspended' })
  const { id, requestId } = await childIn(store)
  await using here = await stage({ store, tools: [change], script: ['I am another.'] })
  const refused = await here.post(`/api/sessions/${id}/resume`)
  expect([refused.status, await refused.json()]).toEqual([
    409,
    { code: 'works_for_another', message: `Session ${id} works for another: go on with workflow root.` },
  ])
  const answered = await here.post(`/api/sessions/${id}/answer`, { requestId, answer: { decision: 'approve' } })
  expect(await answered.json()).toEqual({ resumed: false })
  expect((await here.post(`/api/sessions/${id}/resume`)).status).toBe(409)
  expect(await new Workflow({ executor, store, rootId: 'root' }).agent(step)).toMatchObject({ output: 'The step is done.' })
})

test('a task is answered where it is seen, and goes on with the session that gave it', async () => {
  const store = memoryStore()
  /** Whoever it is asked by says so first. */
  const llm: LlmClient = {
    contract: 1,
    model: { provider: 'scripted', id: 'scripted' },
    async *stream(request, options) {
      const prompt = JSON.stringify(request.messages[0]?.content)
      const first = request.messages.length === 1
      const reply = prompt.includes('give')
        ? first
          ? [callOf('task', { agent: 'general', prompt: 'work', description: 'work' })]
          : 'The task is done.'
        : first
          ? [callOf('change', {})]
          : 'It is changed.'
      yield* scriptedLlm([reply]).stream(request, options)
    },
  }
  const open = () => ({
    agent: createAgent({ llm, tools: [change, taskTool()], store, unanswered: 'suspend' as const }),
    store,
    about: { model: 'scripted', simulated: true },
  })
  await using here = await stage({ store, open })
  const outer = await here.start('give')
  await here.read(outer, isType('run_suspended'))
  const { id, requestId } = await childIn(store)
  const refused = await here.post(`/api/sessions/${id}/resume`)
  expect(await refused.json()).toMatchObject({ message: `Session ${id} works for another: go on with session ${outer}.` })
  const answered = await here.post(`/api/sessions/${id}/answer`, { requestId, answer: { decision: 'approve' } })
  expect(await answered.json()).toEqual({ resumed: true })
  await here.read(outer, isType('agent_end'))
  expect(await (await openSession(store, outer)).state()).toMatchObject({ run: { status: 'completed', text: 'The task is done.' } })
})
