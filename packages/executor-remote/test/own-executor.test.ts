/** The executor that the page about executors shows passes the suite, as the page says. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { agentExecutorSuite, runConformance } from '@seamfold/core/testing'
import type { AgentExecutor } from '@seamfold/core/kit'
import { getEventListeners } from 'node:events'
import { afterAll, describe, expect, test } from 'vitest'
import { executorOf, outcomeOf, specOf } from './support/steps.ts'

const folder = new URL('.snippets/', import.meta.url)
const page = readFileSync(new URL('../../../docs/write-an-executor.md', import.meta.url), 'utf8')
const [code = ''] = [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, block]) => block)

mkdirSync(folder, { recursive: true })
const file = new URL('limited-executor.ts', folder)
writeFileSync(file, code)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { limitedExecutor } = (await import(file.href)) as { limitedExecutor: (inner: AgentExecutor, limit: number) => AgentExecutor }

runConformance(
  agentExecutorSuite,
  { name: 'limitedExecutor', create: () => ({ through: async (handler) => limitedExecutor(executorOf(handler), 4) }) },
  { describe, test },
)

test('steps that wait are started in their order, and leave nothing on a signal that they share', async () => {
  const started: string[] = []
  const slow = executorOf(async (spec) => {
    started.push(spec.taskId)
    await new Promise((resolve) => setImmediate(resolve))
    return outcomeOf(spec, 'ok')
  })
  const { executeStep } = limitedExecutor(slow, 2)
  const { signal } = new AbortController()
  const tasks = Array.from({ length: 20 }, (_, number) => `step-${number}`)
  await Promise.all(tasks.map((taskId) => executeStep(specOf(taskId), { signal })))
  expect(started).toEqual(tasks)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a step that is cancelled while it waits gives its turn to the next', async () => {
  const controller = new AbortController()
  const { executeStep } = limitedExecutor(
    executorOf(async (spec) => {
      if (spec.taskId === 'first') controller.abort(new Error('enough'))
      return outcomeOf(spec, 'ok')
    }),
    1,
  )
  const { signal } = new AbortController()
  const [first, second, third] = [
    executeStep(specOf('first'), { signal }),
    executeStep(specOf('second'), { signal: controller.signal }).catch(String),
    executeStep(specOf('third'), { signal }),
  ]
  expect([(await first).output, await second, (await third).output]).toEqual(['ok', 'Error: enough', 'ok'])
})
