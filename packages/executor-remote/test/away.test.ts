/** A caller that was away for too long, or has lost its workflow: its steps are left to be gone on with, not cancelled. */
import { createAgent, jsonSchema, memoryStore, openSession, tool, Workflow } from '@seamfold/core'
import { callOf, scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { executorPool } from '../src/index.ts'
import { useEnds } from './support/ends.ts'
import { gate, specOf } from './support/steps.ts'

const ends = useEnds()
const input = jsonSchema<Record<string, never>>({ type: 'object' })

/** Pays, which must not happen twice, and then waits for ever the first time. */
function stage() {
  const store = memoryStore()
  const waits = gate()
  const stopped = gate()
  let paid = 0
  let waited = 0
  const pay = tool({ name: 'pay', description: 'Pays.', input, access: () => [], effect: 'unsafe', execute: () => `paid ${++paid}` })
  const wait = tool({
    name: 'wait',
    description: 'Waits.',
    input,
    readOnly: true,
    execute(_input, { signal }) {
      if (++waited > 1) return 'waited'
      waits.open()
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          stopped.open()
          reject(signal.reason as Error)
        }),
      )
    },
  })
  const next: ScriptedReply = ({ messages }) => {
    const results = messages.flatMap(({ content }) => content).filter(({ type }) => type === 'tool_result').length
    return [[callOf('pay')], [callOf('wait')]][results] ?? 'done'
  }
  const agent = createAgent({ llm: scriptedLlm(Array.from({ length: 20 }, () => next)), tools: [pay, wait], store })
  return { store, executor: agent.executor(), waits: waits.opened, stopped: stopped.opened, paid: () => paid }
}

const spec = { ...specOf('paid-once'), agent: 'default' }

test('a step goes on where it stood when its caller is back', async () => {
  const { executor, waits, stopped, paid, store } = stage()
  const serving = await ends.serve(executor, { journal: 'shared', graceMs: 50 })
  const proxy = await ends.proxy(serving.url)
  const facts: string[] = []
  const running = ends.call(proxy.url).executeStep(spec, {
    signal: AbortSignal.timeout(20_000),
    onEvent: ({ durable, cursor }) => void (durable && facts.push(cursor)),
  })
  await waits
  proxy.refuse(true)
  proxy.cutAll()
  await stopped
  proxy.refuse(false)
  expect(await running).toMatchObject({ status: 'completed', output: 'done' })
  expect(paid()).toBe(1)
  expect(new Set(facts).size).toBe(facts.length)
  expect((await (await openSession(store, 'task-run-paid-once')).state()).run?.status).toBe('completed')
})

test('a workflow whose process died finds its steps where they stood, and repeats no effect', async () => {
  const { executor, waits, stopped, paid } = stage()
  const serving = await ends.serve(executor, { journal: 'shared', graceMs: 50 })
  const proxy = await ends.proxy(serving.url)
  const flows = memoryStore()
  const first = new Workflow({ executor: ends.call(proxy.url), store: flows, rootId: 'root' })
  const dead = first.agent(spec).catch(() => {})
  await waits
  proxy.refuse(true)
  proxy.cutAll()
  await stopped
  await using again = new Workflow({ executor: ends.call(serving.url), store: flows, rootId: 'root' })
  expect(await again.agent(spec)).toMatchObject({ status: 'completed', output: 'done' })
  expect(paid()).toBe(1)
  await first.close()
  await dead
})

test('a worker that names no journal leaves a step too, and goes on with it when it is asked for by its session', async () => {
  const { executor, waits, stopped, paid } = stage()
  const serving = await ends.serve(executor, { graceMs: 50 })
  const proxy = await ends.proxy(serving.url)
  const keyed = { ...spec, sessionId: 'kept' }
  const lost = ends.call(proxy.url).executeStep(keyed, { signal: AbortSignal.timeout(20_000) })
  await waits
  proxy.refuse(true)
  proxy.cutAll()
  await stopped
  expect(await lost).toMatchObject({ status: 'failed' })
  expect(await ends.call(serving.url).executeStep(keyed, { signal: AbortSignal.timeout(20_000) })).toMatchObject({ output: 'done' })
  expect(paid()).toBe(1)
})

test('a workflow whose root was taken over leaves its steps to whoever took it', async () => {
  const { executor, waits, stopped, paid } = stage()
  const serving = await ends.serve(executor, { journal: 'shared' })
  const flows = memoryStore()
  const options = { store: flows, rootId: 'root' }
  const first = new Workflow({ executor: ends.call(serving.url), ...options })
  const lost = first.agent(spec).catch((error: unknown) => error)
  await waits
  await using second = new Workflow({ executor: ends.call(serving.url), ...options })
  await second.parallel([])
  await expect(first.agent({ ...spec, taskId: 'next' })).rejects.toMatchObject({ code: 'workflow_lost' })
  expect(await lost).toMatchObject({ code: 'workflow_lost' })
  await stopped
  expect(await second.agent(spec)).toMatchObject({ status: 'completed', output: 'done' })
  expect(paid()).toBe(1)
})

test('a worker that is closed leaves its steps to one that shares its journal', async () => {
  const { executor, waits, paid } = stage()
  const leaving = await ends.serve(executor, { journal: 'shared' })
  const staying = await ends.serve(executor, { journal: 'shared' })
  const pool = executorPool({ workers: [leaving, staying].map(({ url }) => ({ url })) })
  const running = pool.executeStep(spec, { signal: AbortSignal.timeout(20_000) })
  await waits
  await (leaving.steps > 0 ? leaving : staying).close()
  expect(await running).toMatchObject({ status: 'completed', output: 'done' })
  expect(paid()).toBe(1)
  await pool.close()
})
