/** Steps that share a signal share one listener on it wherever they wait, and each is stopped by it. */
import { getEventListeners } from 'node:events'
import { guardedExecutor, type AgentExecutor } from '@seamfold/core/kit'
import { expect, test } from 'vitest'
import { executorPool, type RemoteExecutor } from '../src/index.ts'
import { useEnds } from './support/ends.ts'
import { executorOf, gate, specOf } from './support/steps.ts'

const ends = useEnds()
const MANY = 200

const nobody: AgentExecutor = executorOf(() => new Promise(() => {}))
const run = ({ executeStep }: AgentExecutor, signal: AbortSignal): readonly Promise<unknown>[] =>
  Array.from({ length: MANY }, (_, number) => executeStep(specOf(`s${number}`), { signal }).catch((error: unknown) => error))
const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

/** What the guard of every executor leaves on a signal while so many steps are under way. */
function ofTheGuard(): number {
  const { signal } = new AbortController()
  void run(guardedExecutor(nobody), signal)
  return listeners(signal)
}

test.each<[string, (url: string) => RemoteExecutor]>([
  ['for a connection', (url) => ends.call(url)],
  ['for a place in a pool', (url) => executorPool({ workers: [{ url }] })],
])('while they wait %s', async (_what, make) => {
  const introduced = gate()
  const serving = await ends.serve(nobody, { authenticate: () => introduced.opened.then(() => 'anyone'), capacity: 1 })
  const controller = new AbortController()
  const executor = make(serving.url)
  const running = run(executor, controller.signal)
  await new Promise((resolve) => setImmediate(resolve))
  expect(listeners(controller.signal)).toBeLessThanOrEqual(ofTheGuard() + 1)
  introduced.open()
  await expect.poll(() => serving.steps).toBeGreaterThan(0)
  expect(listeners(controller.signal)).toBeLessThanOrEqual(ofTheGuard() + 2)
  controller.abort(new Error('enough'))
  expect(new Set((await Promise.all(running)).map(String))).toEqual(new Set(['Error: enough']))
  expect(listeners(controller.signal)).toBe(0)
  await executor.close()
})
