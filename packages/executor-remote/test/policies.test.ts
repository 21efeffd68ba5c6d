/** The policies of a caller hold on a worker, and a worker that does not know them never gets the step. */
import { createAgent, jsonSchema, policy, stepTool, tool } from '@seamfold/core'
import type { AgentExecutor } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { executorPool } from '../src/index.ts'
import { useEnds } from './support/ends.ts'
import { impostor, welcome } from './support/impostor.ts'
import { execute, hello } from './support/raw-caller.ts'
import { executorOf, never, outcomeOf, specOf } from './support/steps.ts'

const ends = useEnds()
const readOnly = { ...specOf('narrow'), agent: 'default', authority: { policies: [policy({ mode: 'read-only' })] } }

function changing() {
  const did: string[] = []
  const change = tool({
    name: 'change',
    description: 'Changes.',
    access: () => [{ kind: 'write', path: 'a' }],
    execute: () => void did.push('changed'),
  })
  const llm = scriptedLlm([[callOf('change')], 'done', [callOf('change')], 'done'])
  return { did, executor: createAgent({ llm, tools: [change], permissions: policy({ default: 'allow' }) }).executor() }
}

describe('the policies of a step', () => {
  test('hold on the worker', async () => {
    const { did, executor } = changing()
    const serving = await ends.serve(executor)
    const caller = ends.call(serving.url)
    expect(await caller.executeStep(readOnly, { signal: never() })).toMatchObject({ status: 'completed' })
    expect(did).toEqual([])
    await caller.executeStep({ ...specOf('wide'), agent: 'default' }, { signal: never() })
    expect(did).toEqual(['changed'])
  })

  test('that cannot travel keep it here, in words', async () => {
    const { executor } = changing()
    const serving = await ends.serve(executor)
    const authority = { policies: [policy({ default: () => 'deny' })] as never }
    const outcome = await ends.call(serving.url).executeStep({ ...readOnly, authority }, { signal: never() })
    expect(outcome).toMatchObject({ status: 'failed' })
    expect(outcome.output).toMatch(/cannot be sent to a worker: .*judges by a function/)
  })

  test('that were forged on the way begin nothing', async () => {
    const { did, executor } = changing()
    const serving = await ends.serve(executor)
    const raw = await ends.raw(serving.url)
    raw.say({ ...hello, versions: [2] })
    expect(await raw.hear('welcome')).toMatchObject({ version: 2 })
    const asked = execute(1, 'x')
    const forged = [{ rules: [{ permit: { tool: '*' } }] }]
    raw.say({ ...asked, spec: { ...specOf('forged'), agent: 'default', authority: { policies: forged } } })
    expect(await raw.hear('outcome')).toMatchObject({ outcome: { status: 'failed', code: 'invalid_argument' } })
    expect(did).toEqual([])
  })

  test('keep it from a worker of version 1, which would pass over them', async () => {
    const old = await impostor(welcome)
    const outcome = await ends.call(old.url, { connectMs: 2000 }).executeStep(readOnly, { signal: never() })
    expect(outcome.output).toMatch(/speaks version 1 of the protocol, which knows no policies of a step: the step was not started/)
    const serving = await ends.serve(executorOf(async (spec) => outcomeOf(spec, 'by the new one')))
    await using pool = executorPool({ workers: [{ url: old.url }, { url: serving.url }] })
    expect(await pool.executeStep(readOnly, { signal: never() })).toMatchObject({ output: 'by the new one' })
    old.close()
  })

  test('are known to callers of either version by what the worker answers', async () => {
    const serving = await ends.serve(executorOf(async (spec) => outcomeOf(spec, 'ok')))
    for (const [versions, version] of [
      [[1], 1],
      [[2, 1], 2],
      [[9, 2], 2],
    ] as const) {
      const raw = await ends.raw(serving.url)
      raw.say({ ...hello, versions })
      expect(await raw.hear('welcome')).toMatchObject({ version })
    }
  })
})

describe('what an agent may do goes along with the tasks that it gives', () => {
  /** An agent that may only read gives a task, and what its model was told of it. */
  async function told(executor: AgentExecutor, policies?: Parameters<typeof stepTool>[0]['policies']): Promise<string> {
    const there = stepTool({
      name: 'there',
      description: 'Does it there.',
      input: jsonSchema<Record<string, never>>({ type: 'object' }),
      access: () => [],
      executor,
      tasksOf: () => [{ agent: 'default', description: 'd', prompt: 'Do it.' }],
      ...(policies && { policies }),
    })
    const llm = scriptedLlm([[callOf('there')], 'done'])
    const agent = createAgent({ llm, tools: [there], permissions: policy({ mode: 'read-only' }) })
    await (await agent.run('go')).completed()
    return JSON.stringify(llm.requests.at(-1)?.messages.at(-1))
  }

  test('to a worker, unless the tool says otherwise', async () => {
    const { did, executor } = changing()
    const serving = await ends.serve(executor)
    await told(ends.call(serving.url))
    expect(did).toEqual([])
    await told(ends.call(serving.url), [])
    expect(did).toEqual(['changed'])
  })

  test('and to no worker of version 1, which is said', async () => {
    const old = await impostor(welcome)
    expect(await told(ends.call(old.url, { connectMs: 2000 }))).toContain('knows no policies of a step: the step was not started')
    old.close()
  })
})
