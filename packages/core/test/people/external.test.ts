/** Work that is done elsewhere: handed over once stored, completed from anywhere, and counted once. */
import { describe, expect, test } from 'vitest'
import { completeExternal, type ExternalTask, externalTool, type ExternalToolOptions, jsonSchema, openSession } from '../../src/index.ts'
import { callOf } from '../../src/testing.ts'
import { pass } from '../middleware/runs.ts'
import { desk, factsOf, read } from './scenes.ts'

async function handedOver(options: Partial<ExternalToolOptions<object>> = {}, given: Parameters<typeof desk>[1] = {}) {
  const build = externalTool({ name: 'build', description: 'Builds.', input: jsonSchema<object>({ type: 'object' }), ...options })
  const scene = desk([[callOf('build', { target: 'all' })], 'done'], { tools: [build], ...given })
  const session = await scene.agent.session({ id: 's' })
  const run = await session.send('go')
  return { ...scene, session, run }
}

describe('an external task', () => {
  test('is stored with its payload, waits, and is completed by its id from any process that can open the store', async () => {
    const { run, session, store, llm } = await handedOver()
    expect(await run.result).toMatchObject({ status: 'suspended', waitingFor: [{ kind: 'external_task', toolName: 'build' }] })
    const view = await openSession(store, 's')
    const [task] = await view.waitingFor()
    expect(await completeExternal(view, task?.requestId ?? '', { result: { built: 3 }, by: 'builder 7' })).toBe(true)
    expect(await completeExternal(view, task?.requestId ?? '', { error: 'no' })).toBe(false)
    await (await session.resume())?.completed()
    expect(read(llm)).toEqual(['{"built":3}'])
    expect(await completeExternal(view, task?.requestId ?? '', { error: 'no' })).toBe(false)
    expect(await factsOf(session, 'external_task_pending', 'external_task_completed')).toMatchObject([
      { type: 'external_task_pending', requestId: task?.requestId, args: { target: 'all' } },
      { type: 'external_task_completed', approved: true, reply: { built: 3 }, by: 'builder 7' },
    ])
  })

  test('that failed is a failed result', async () => {
    const { run, session, llm } = await handedOver()
    await run.result
    await completeExternal(session, (await session.waitingFor())[0]?.requestId ?? '', { error: 'the disk is full' })
    await (await session.resume())?.completed()
    expect(read(llm)).toEqual(['The work was not done: the disk is full'])
    expect(await factsOf(session, 'tool_end')).toMatchObject([{ isError: true }])
  })

  test('counts as failed at its deadline', async () => {
    const { run, session, llm, host } = await handedOver({ timeoutMs: 5000 })
    await run.result
    await host.clock.advance(5000)
    await (await session.resume())?.completed()
    expect(read(llm)).toEqual(['The work was not done: nobody answered in time'])
    expect(await factsOf(session, 'tool_end')).toMatchObject([{ errorKind: 'timeout' }])
  })

  test('takes only the result that the tool asks for', async () => {
    const { run, session } = await handedOver({ result: jsonSchema({ type: 'object', required: ['built'] }) })
    await run.result
    const taskId = (await session.waitingFor())[0]?.requestId ?? ''
    await expect(completeExternal(session, taskId, { result: 'yes' })).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(await completeExternal(session, taskId, { result: { built: 1 } })).toBe(true)
  })

  test('is handed over when it is stored, again with the same id when the run is resumed, and not once it is completed', async () => {
    const tasks: ExternalTask[] = []
    const { run, session, store } = await handedOver({
      dispatch: async (task) => {
        expect((await (await openSession(store, 's')).waitingFor()).map(({ requestId }) => requestId)).toEqual([task.taskId])
        tasks.push(task)
      },
    })
    await run.result
    await session.steer('quick')
    await (
      await session.resume()
    )?.result
    expect(tasks).toMatchObject([{ tool: 'build', payload: { target: 'all' }, sessionId: 's' }, { taskId: tasks[0]?.taskId }])
    await completeExternal(session, tasks[0]?.taskId ?? '', { result: 'ok' })
    await (await session.resume())?.completed()
    expect(tasks).toHaveLength(2)
  })

  test('that cannot be handed over fails', async () => {
    const { run, llm } = await handedOver({ dispatch: () => Promise.reject(new Error('no queue')) })
    await run.completed()
    expect(read(llm)).toEqual([expect.stringContaining('it could not be handed over: Error: no queue')])
  })

  test('is waited for in place for a while, and for as long as it takes where nothing is durable', async () => {
    const handed = Promise.withResolvers<string>()
    const quick = await handedOver({ waitMs: 1000, dispatch: async ({ taskId }) => handed.resolve(taskId) })
    await completeExternal(quick.session, await handed.promise, { result: 'ok' })
    expect(await quick.run.result).toMatchObject({ status: 'completed' })
    const never = await handedOver({ waitMs: 1000 })
    expect(await pass(never.run.result, never.host.clock)).toMatchObject({ status: 'suspended' })
    const here = await handedOver({}, { unanswered: 'reject' })
    await here.host.clock.advance(60_000)
    const [task] = await here.session.waitingFor()
    await completeExternal(here.session, task?.requestId ?? '', { result: 'late but done' })
    await here.run.completed()
    expect(read(here.llm)).toEqual(['late but done'])
  })
})
