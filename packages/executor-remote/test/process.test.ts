/** Workers and callers in processes of their own: steps run over there, and a dead process is told from a slow one. */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { pipeline } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import type { Envelope } from '@seamfold/core/kit'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { remoteExecutor, type RemoteExecutor } from '../src/index.ts'
import { never, specOf } from './support/steps.ts'

const at = (file: string): string => fileURLToPath(new URL(`support/${file}`, import.meta.url))
const children: ChildProcess[] = []
const executors: RemoteExecutor[] = []

type Message = { readonly url?: string; readonly started?: string; readonly stopped?: string }

/** Everything that a worker says, and a wait for what it has said or will. */
type Worker = { readonly child: ChildProcess; readonly url: string; said(wanted: Partial<Message>): Promise<void> }

async function startWorker({ graceMs = 300, file = 'worker-process.ts' } = {}): Promise<Worker> {
  const child = fork(at(file), [String(graceMs)], { execArgv: [...FROM_SOURCES] })
  children.push(child)
  const messages: Message[] = []
  child.on('message', (message) => void messages.push(message as Message))
  const find = (wanted: Partial<Message>): Message | undefined =>
    messages.find((message) => Object.entries(wanted).every(([key, value]) => message[key as keyof Message] === value))
  const said = async (wanted: Partial<Message>): Promise<void> => {
    while (find(wanted) === undefined) await once(child, 'message')
  }
  while (messages[0]?.url === undefined) await once(child, 'message')
  return { child, url: messages[0].url, said }
}

const portOf = (url: string): number => Number(new URL(url).port)

const callerOf = (url: string, graceMs = 300): RemoteExecutor => {
  const executor = remoteExecutor({ url, token: 'secret', graceMs, connectMs: 5000 })
  executors.push(executor)
  return executor
}

afterEach(async () => {
  for (const executor of executors.splice(0)) await executor.close()
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

test('a step runs in the process of the worker, and its events and outcome come back', async () => {
  const { url, child } = await startWorker()
  const events: Envelope[] = []
  const outcome = await callerOf(url).executeStep(specOf('there'), { signal: never(), onEvent: (envelope) => void events.push(envelope) })
  expect(child.pid).not.toBe(process.pid)
  expect(outcome).toMatchObject({ status: 'completed', output: `done by process ${child.pid}` })
  expect(events.map(({ event }) => event)).toMatchObject([{ type: 'text_delta', text: `by process ${child.pid}` }])
})

test('a whole agent works in the process of the worker: its tools run there, and every event of its run comes back', async () => {
  const { url, child } = await startWorker({ file: 'agent-worker-process.ts' })
  const events: Envelope[] = []
  const spec = { ...specOf('whole'), agent: 'default' }
  const outcome = await callerOf(url).executeStep(spec, { signal: never(), onEvent: (envelope) => void events.push(envelope) })
  expect(outcome).toMatchObject({
    status: 'completed',
    output: 'It runs over there.',
    sessionId: 'task-run-whole',
    usage: { input: 2, output: 2 },
  })
  const types = events.map(({ event }) => event.type)
  expect(types[0]).toBe('agent_start')
  expect(types).toContain('agent_end')
  expect(events.find(({ event }) => event.type === 'tool_end')?.event).toMatchObject({ name: 'where', output: `process ${child.pid}` })
  const text = events.map(({ event }) => (event.type === 'text_delta' ? event.text : '')).join('')
  expect(text).toBe('It runs over there.')
})

test('a worker that is killed fails its step with an outcome that says what happened', async () => {
  const { url, child, said } = await startWorker()
  const running = callerOf(url).executeStep(specOf('doomed', 'forever'), { signal: never() })
  await said({ started: 'doomed' })
  child.kill('SIGKILL')
  const outcome = await running
  expect(outcome).toMatchObject({ taskId: 'doomed', agent: 'explore', status: 'failed', success: false })
  expect(outcome.output).toContain(`The connection to the worker at ${url} was lost (connection closed with code 1006)`)
  expect(outcome.output).toContain('could not be restored within 300 ms')
  expect(outcome.output).toContain('ECONNREFUSED')
  expect(outcome.output).toContain('what the step did after its last event is not known')
})

test('a worker that is killed is known to be gone long before the grace period is over', async () => {
  const { url, child, said } = await startWorker({ graceMs: 60_000 })
  const running = callerOf(url, 60_000).executeStep(specOf('doomed', 'forever'), { signal: never() })
  await said({ started: 'doomed' })
  child.kill('SIGKILL')
  expect((await running).output).toMatch(
    /could not be restored \(.*ECONNREFUSED.*: nobody listens there any more\): what the step did after its last event is not known/,
  )
}, 30_000) // half of the grace period

test('a worker that was restarted does not know the step, and its outcome says so at once', async () => {
  const { url, child, said } = await startWorker({ graceMs: 20_000 })
  const executor = callerOf(url, 20_000)
  const running = executor.executeStep(specOf('doomed', 'forever'), { signal: never() })
  await said({ started: 'doomed' })
  const restarted = await startWorker({ graceMs: 20_000 }) // ready before the other is gone, however slow a process begins here
  child.kill('SIGKILL')
  await once(child, 'exit')
  const address = createServer((socket) => void pipeline(socket, connect(portOf(restarted.url), '127.0.0.1'), socket, () => {}))
  await once(address.listen(portOf(url), '127.0.0.1'), 'listening')
  expect((await running).output).toMatch(/does not know this session any more: it was restarted.*is not known/)
  await expect(executor.executeStep(specOf('next'), { signal: never() })).resolves.toMatchObject({ status: 'completed' })
  address.close()
}, 20_000)

test('a cancel reaches the tool in the other process', async () => {
  const { url, said } = await startWorker()
  const controller = new AbortController()
  const running = callerOf(url).executeStep(specOf('unwanted', 'forever'), { signal: controller.signal })
  await said({ started: 'unwanted' })
  controller.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  await said({ stopped: 'unwanted' })
})

test('the steps of a caller that is killed are stopped once it was away for too long', async () => {
  const { url, said } = await startWorker()
  const caller = spawn(process.execPath, [...FROM_SOURCES, at('caller-process.ts'), url, 'forever'])
  children.push(caller)
  await said({ started: 'only' })
  caller.kill('SIGKILL')
  await expect(said({ stopped: 'only' })).resolves.toBeUndefined()
})

test('an idle connection does not keep a process alive', async () => {
  const { url, child } = await startWorker()
  const caller = spawn(process.execPath, [...FROM_SOURCES, at('caller-process.ts'), url, 'quick'])
  children.push(caller)
  const output: Buffer[] = []
  caller.stdout.on('data', (data: Buffer) => void output.push(data))
  const [code] = (await once(caller, 'exit')) as [number]
  expect({ code, output: Buffer.concat(output).toString() }).toEqual({ code: 0, output: `done by process ${child.pid}` })
})
