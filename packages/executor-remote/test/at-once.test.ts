/** A lone answer does not wait for company, and a crowd of answers travels together. */
import { failedStep, type AgentExecutor } from '@seamfold/core/kit'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { remoteExecutor, serveExecutor } from '../src/index.ts'

afterEach(() => void vi.restoreAllMocks())

/** What leaves the worker, and when the event loop turns after a step has answered. */
function watched(): { readonly seen: string[]; readonly executor: AgentExecutor } {
  const seen: string[] = []
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its own socket
  const { send } = WebSocket.prototype
  vi.spyOn(WebSocket.prototype, 'send').mockImplementation(function (this: WebSocket, ...given: unknown[]) {
    const outcomes = String(given[0]).split('"type":"outcome"').length - 1
    if (outcomes > 0) seen.push(`sent ${outcomes}`)
    Reflect.apply(send, this, given)
  })
  return {
    seen,
    executor: {
      contract: 1,
      async executeStep(spec) {
        setImmediate(() => seen.push('turn'))
        return failedStep(spec, 'no')
      },
    },
  }
}

const spec = { taskId: 't', agent: 'a', description: '', prompt: '' }

test('the answer to a step that came alone leaves before the event loop turns', async () => {
  const { seen, executor } = watched()
  await using serving = await serveExecutor(executor, { port: 0 })
  await using remote = remoteExecutor({ url: serving.url })
  const { signal } = new AbortController()
  await remote.executeStep(spec, { signal }) // connects; comes with what a connection begins with
  seen.length = 0
  await remote.executeStep(spec, { signal })
  expect(seen.slice(0, 2)).toEqual(['sent 1', 'turn'])
})

test('answers to steps that came together leave together, in parts that let the other end begin', async () => {
  const { seen, executor } = watched()
  await using serving = await serveExecutor(executor, { port: 0, capacity: 50 })
  await using remote = remoteExecutor({ url: serving.url })
  const { signal } = new AbortController()
  await remote.executeStep(spec, { signal })
  seen.length = 0
  await Promise.all(Array.from({ length: 50 }, (_, number) => remote.executeStep({ ...spec, taskId: `t${number}` }, { signal })))
  const parts = seen.filter((each) => each.startsWith('sent')).map((each) => Number(each.slice('sent '.length)))
  expect(parts.reduce((sum, part) => sum + part)).toBe(50)
  expect(Math.max(...parts)).toBe(16)
  expect(parts.length).toBeLessThan(20)
})
