/** `seamfold worker` asks; `seamfold answer` answers on the run that gave the task, while neither of them is there. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createAgent, jsonSchema, type RunResult, stepTool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { remoteExecutor } from '@seamfold/executor-remote'
import { answer, callTool, script, type ScriptStep, startSimulator, text } from '@seamfold/simulator'
import { sqliteStore } from '@seamfold/store-sqlite'
import { expect, test } from 'vitest'
import { seamfold, Started, temporaryFolder } from './command.ts'

const token = 'secret-secret-secret'

/** A worker from the command line in its folder, and an agent of ours in another whose journal the command line finds. */
async function stage(turns: readonly ScriptStep[]) {
  const simulator = await startSimulator({ scenario: script(turns) })
  const there = await temporaryFolder()
  const here = await temporaryFolder()
  await mkdir(join(here.path, '.seamfold'))
  const env = { ANTHROPIC_API_KEY: 'test', ANTHROPIC_BASE_URL: simulator.anthropicBaseUrl, SEAMFOLD_WORKER_TOKEN: token }
  /** Both are there for as long as the run goes on. */
  const goOn = async (): Promise<RunResult> => {
    const worker = new Started(['worker', '--listen', '0'], { cwd: there.path, env })
    await worker.saw('Ctrl-C stops it.')
    const executor = remoteExecutor({ url: /ws:\/\/\S+/.exec(worker.stdout)?.[0] ?? '', token })
    const store = sqliteStore(join(here.path, '.seamfold', 'sessions.db'))
    const give = stepTool<{ readonly prompt: string }>({
      name: 'give',
      description: 'Gives a task to the worker.',
      input: jsonSchema<{ readonly prompt: string }>({ type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] }),
      access: () => [],
      executor,
      tasksOf: ({ prompt }) => [{ agent: 'default', description: prompt, prompt }],
    })
    const llm = scriptedLlm([
      ({ messages }) => (messages.length > 1 ? 'It was given.' : [callOf('give', { prompt: 'paint it' })]),
      'It was given.',
    ])
    const agent = createAgent({ llm, tools: [give], store })
    try {
      const session = await agent.session({ id: 'outer' })
      return await ((await session.resume()) ?? (await session.send('go'))).result
    } finally {
      await agent.close()
      await executor.close()
      await store.close?.()
      worker.child.kill('SIGKILL')
      await worker.ended
    }
  }
  return {
    goOn,
    there: there.path,
    command: (...words: string[]) => seamfold(words, { cwd: here.path }),
    async [Symbol.asyncDispose]() {
      await simulator.close()
      await there[Symbol.asyncDispose]()
      await here[Symbol.asyncDispose]()
    },
  }
}

test('a question and an approval of a worker are answered where the task was given', async () => {
  await using scene = await stage([
    answer([callTool('ask_user', { question: 'Which colour?', options: [{ label: 'red' }, { label: 'blue' }], free_text: false })]),
    answer([callTool('bash', { command: 'echo blue > colour' })]),
    answer([text('It is blue.')]),
  ])
  expect((await scene.goOn()).status).toBe('suspended')
  const shown = await scene.command('answer', 'outer')
  expect(shown.stdout).toMatch(/Which colour\?\s+1 +red\s+2 +blue/)
  expect(await scene.command('answer', 'outer', '--reply', '2')).toMatchObject({ code: 0 })
  expect((await scene.goOn()).status).toBe('suspended')
  expect((await scene.command('answer', 'outer')).stdout).toContain('echo blue > colour')
  expect(existsSync(join(scene.there, 'colour'))).toBe(false)
  expect(await scene.command('approve', 'outer')).toMatchObject({ code: 0 })
  expect((await scene.goOn()).status).toBe('completed')
  expect(existsSync(join(scene.there, 'colour'))).toBe(true)
})
