/** `seamfold worker`: what becomes of its steps when it is asked to stop, and when it is killed. */
import type { Envelope } from '@seamfold/core/kit'
import { remoteExecutor } from '@seamfold/executor-remote'
import { answer, callTool, script, type ScriptStep, startSimulator, text } from '@seamfold/simulator'
import { afterEach, expect, test } from 'vitest'
import { Started, temporaryFolder } from './command.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const spec = { taskId: 'chore', agent: 'default', description: 'a chore', prompt: 'Do it.' }
const token = 'secret-secret-secret'

async function stage(
  turns: readonly ScriptStep[],
): Promise<{ start(listen: string): Promise<{ readonly worker: Started; readonly url: string }> }> {
  const simulator = await startSimulator({ scenario: script(turns) })
  const folder = await temporaryFolder()
  closers.push(
    () => folder[Symbol.asyncDispose](),
    () => simulator.close(),
  )
  const env = { ANTHROPIC_API_KEY: 'test', ANTHROPIC_BASE_URL: simulator.anthropicBaseUrl, SEAMFOLD_WORKER_TOKEN: token }
  return {
    async start(listen) {
      const worker = new Started(['worker', '--listen', listen, '--yes', '--label', 'linux', 'gpu', '--capacity', '3'], {
        cwd: folder.path,
        env,
      })
      closers.push(async () => {
        worker.child.kill('SIGKILL')
        await worker.ended
      })
      await worker.saw('Ctrl-C stops it.')
      return { worker, url: /ws:\/\/\S+/.exec(worker.stdout)?.[0] ?? '' }
    },
  }
}

/** A step that is under way, and a promise of its call to the shell having begun. */
function runOn(url: string) {
  const executor = remoteExecutor({ url, token, connectMs: 20_000 })
  closers.push(executor.close)
  const begun = Promise.withResolvers<void>()
  const facts: string[] = []
  const onEvent = ({ event, cursor, durable }: Envelope): void => {
    if (durable) facts.push(cursor)
    if (event.type === 'tool_execution_start') begun.resolve()
  }
  const outcome = executor.executeStep(spec, { signal: AbortSignal.timeout(60_000), onEvent })
  return { executor, facts, begun: begun.promise, outcome }
}

test('a worker that is asked to stop lets its steps end first', async () => {
  const { start } = await stage([answer([callTool('bash', { command: 'sleep 2; echo rested' })]), answer([text('It is done.')])])
  const { worker, url } = await start('0')
  const { executor, begun, outcome } = runOn(url)
  await begun
  expect(executor.concurrencyHint).toBe(3)
  worker.child.kill('SIGTERM')
  await worker.saw('Waits for one step.')
  expect(await outcome).toMatchObject({ status: 'completed', output: 'It is done.' })
  expect((await worker.ended).code).toBe(0)
})

test('a worker has the agents of its workspace, and says which one was meant', async () => {
  const { start } = await stage([answer([text('There is nothing here.')])])
  const { url } = await start('0')
  const executor = remoteExecutor({ url, token, connectMs: 20_000 })
  closers.push(executor.close)
  const ask = (agent: string) => executor.executeStep({ ...spec, taskId: agent, agent }, { signal: AbortSignal.timeout(60_000) })
  expect(await ask('explore')).toMatchObject({ status: 'completed', agent: 'explore', output: 'There is nothing here.' })
  expect((await ask('explor')).output).toContain("There is no agent 'explor'. Did you mean 'explore'?")
})

test('a worker that is asked to stop again leaves at once, and its step goes on when it is back', async () => {
  const { start } = await stage([answer([callTool('bash', { command: 'sleep 600' })]), answer([text('I look whether it was done.')])])
  const { worker, url } = await start('0')
  const { facts, begun, outcome } = runOn(url)
  await begun
  worker.child.kill('SIGTERM')
  await worker.saw('Waits for one step.')
  worker.child.kill('SIGTERM')
  expect((await worker.ended).code).toBe(143)
  await start(new URL(url).port)
  expect(await outcome).toMatchObject({ status: 'completed', output: 'I look whether it was done.' })
  expect(new Set(facts).size).toBe(facts.length)
})

test('the step of a worker that is killed goes on when the worker is back', async () => {
  const { start } = await stage([answer([callTool('bash', { command: 'sleep 600' })]), answer([text('I look whether it was done.')])])
  const { worker, url } = await start('0')
  const { facts, begun, outcome } = runOn(url)
  await begun
  worker.child.kill('SIGKILL')
  await worker.ended
  await start(new URL(url).port)
  expect(await outcome).toMatchObject({ status: 'completed', output: 'I look whether it was done.' })
  expect(new Set(facts).size).toBe(facts.length)
})
