/** Promises about "always": it holds for the session in which it was said, is offered in words, and is judged by the real policy. */
import { createAgent, memoryStore, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { permissionsOf } from '../../src/commands/playground-agent.ts'
import { modePolicy } from '../../src/setup/permissions.ts'
import { isType, stage } from './stage.ts'

const write = tool({
  name: 'write',
  description: 'Write a file.',
  access: () => [{ kind: 'write', path: 'a.txt' }],
  execute: () => 'written',
})

const playground = async (replies: number) => {
  const permissions = modePolicy('ask', [])
  const store = memoryStore()
  const script = Array.from({ length: replies }, (_, index) => (index % 2 === 0 ? [callOf('write')] : 'Done.'))
  const agent = createAgent({ llm: scriptedLlm(script), tools: [write], store, permissions, unanswered: 'suspend' })
  return stage({
    open: () => ({ agent, store, about: { model: 'scripted', simulated: true }, permissions: permissionsOf({ permissions }) }),
  })
}

test('an approval for always is not asked again in its session, and is asked in another', async () => {
  await using here = await playground(6)
  const id = await here.start('Write')
  await here.read(id, isType('run_suspended'))
  const { requests } = (await (await here.get(`/api/sessions/${id}/requests`)).json()) as { requests: readonly { requestId: string }[] }
  expect(requests).toMatchObject([{ toolName: 'write', always: 'edits in this workspace' }])
  await here.post(`/api/sessions/${id}/answer`, { requestId: requests[0]?.requestId, always: true, answer: { decision: 'approve' } })
  const first = await here.read(id, isType('agent_end'))
  const released = await here.read(id, isType('session_released'), first.findLast(({ durable }) => durable)?.cursor)
  await here.post(`/api/sessions/${id}/send`, { prompt: 'Again' })
  const again = await here.read(id, isType('agent_end', 'run_suspended'), released.at(-1)?.cursor)
  expect(again.at(-1)?.event.type).toBe('agent_end')
  const other = await here.start('Write')
  expect((await here.read(other, isType('agent_end', 'run_suspended'))).at(-1)?.event.type).toBe('run_suspended')
  const why = (session: string) =>
    here
      .post(`/api/sessions/${session}/why`, { tool: 'write', accesses: [{ kind: 'write', path: 'b.txt' }] })
      .then((response) => response.json())
  expect(await why(id)).toMatchObject({ decision: 'allow', reason: expect.stringContaining('for this session') as string })
  expect(await why(other)).toMatchObject({ decision: 'ask' })
})

test('a rejection cannot hold for ever', async () => {
  await using here = await playground(2)
  const id = await here.start('Write')
  await here.read(id, isType('run_suspended'))
  const reply = await here.post(`/api/sessions/${id}/answer`, { requestId: 'any', always: true, answer: { decision: 'reject' } })
  expect([reply.status, ((await reply.json()) as { message: string }).message]).toEqual([400, expect.stringContaining('only an approval')])
})
