/** The turn limit: a run comes to an end, and its last turn is kept for an answer. */
import { describe, expect, test } from 'vitest'
import { createAgent, jsonSchema, memoryStore, policy, textOf, tool } from '../../src/index.ts'
import type { LlmRequest } from '../../src/kit.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { resultsIn } from './runs.ts'

const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })

/** Looks around for as long as it may, each time at something else. */
const restless: ScriptedReply = ({ toolChoice, messages }) =>
  toolChoice === 'none' ? 'this is what I know' : [callOf('look', { n: messages.length })]

const last = (request: LlmRequest | undefined): string => textOf(request?.messages.at(-1) ?? { content: [] })

describe('a run that never ends by itself', () => {
  test('is given 50 turns, of which the last answers without tools', async () => {
    const llm = scriptedLlm(Array.from({ length: 60 }, () => restless))
    const result = await (await createAgent({ llm, tools: [look] }).run('look around')).completed()
    expect(result).toMatchObject({ reason: 'turn_limit', text: 'this is what I know' })
    expect(llm.requests).toHaveLength(50)
    expect(llm.requests.map(({ toolChoice }) => toolChoice === 'none').indexOf(true)).toBe(49)
  })

  test('is told in its last turn that there are no more, and only there', async () => {
    const llm = scriptedLlm([restless, restless, restless])
    const agent = createAgent({ llm, tools: [look], budget: { perRun: { turns: 3 } } })
    const session = await agent.session()
    await (await session.send('look around')).completed()
    expect(llm.requests.map(last)).toEqual(['look around', '', expect.stringMatching(/last turn and no tools are left/)])
    expect((await session.history()).map(textOf)).toEqual(['look around', '', '', '', '', 'this is what I know'])
  })

  test('of a single turn is asked for nothing but its answer', async () => {
    const llm = scriptedLlm([restless])
    const run = await createAgent({ llm, tools: [look], budget: { perRun: { turns: 1 } } }).run('what do you know?')
    expect(await run.completed()).toMatchObject({ text: 'this is what I know' })
    expect(llm.requests[0]).toMatchObject({ toolChoice: 'none', messages: [{ role: 'user', content: [{ text: 'what do you know?' }] }] })
  })

  test('does no more work in its last turn, and is no success when the model calls a tool all the same', async () => {
    let changes = 0
    const change = tool({ name: 'change', description: 'Changes.', access: () => [], execute: () => `change ${++changes}` })
    const llm = scriptedLlm([
      [callOf('change', { n: 1 })],
      [{ type: 'text', text: 'one more thing' }, callOf('change', { n: 2 })],
      'goes on',
    ])
    const session = await createAgent({ llm, tools: [change], budget: { perRun: { turns: 2 } } }).session()
    const result = await (await session.send('go')).result
    expect(result).toMatchObject({ status: 'failed', text: 'one more thing', error: { code: 'budget_exhausted' } })
    expect(result).toMatchObject({
      error: { message: expect.stringContaining("in the last one the model still called 'change'") as string },
    })
    expect(changes).toBe(1)
    await (await session.send('and now?')).completed()
    expect(llm.requests[2]?.messages.at(-2)?.content).toMatchObject([{ type: 'tool_result', isError: true, content: /no tools are left/ }])
  })

  test('keeps its count over a suspension', async () => {
    const store = memoryStore()
    const write = tool({ name: 'write', description: 'Writes.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'written' })
    const options = { tools: [write], store, budget: { perRun: { turns: 2 } } }
    const run = await createAgent({ ...options, llm: scriptedLlm([[callOf('write')]]) }).run('go')
    await run.result
    const llm = scriptedLlm([restless])
    const session = await createAgent({ ...options, llm, permissions: policy({ default: 'allow' }) }).session({ id: run.sessionId })
    const [waiting] = await session.waitingFor()
    await session.answer(waiting?.requestId ?? '', { decision: 'approve' })
    expect(await (await session.resume())?.completed()).toMatchObject({ reason: 'turn_limit' })
    expect(llm.requests.map(({ toolChoice }) => toolChoice)).toEqual(['none'])
  })
})

describe('an answer that is held to a schema', () => {
  const output = jsonSchema<{ n: number }>({ type: 'object', properties: { n: { type: 'number' } }, required: ['n'] })
  const turns = (count: number) => ({ budget: { perRun: { turns: count } } })

  test.each(['native', 'prompt'] as const)('counts in the last turn as in any other (%s)', async (structuredOutput) => {
    const llm = scriptedLlm(['{"n": 7}'], { model: { structuredOutput } })
    const run = await createAgent({ llm, tools: [look], ...turns(1) }).run('how many?', { output })
    expect(await run.completed()).toMatchObject({ output: { n: 7 } })
  })

  test('is asked for through its tool in the last turn, though no other tool is left', async () => {
    const llm = scriptedLlm([[callOf('look')], [callOf('structured_output', { n: 7 })]], { model: { structuredOutput: 'tool' } })
    const run = await createAgent({ llm, tools: [look], ...turns(2) }).run('how many?', { output })
    expect(await run.completed()).toMatchObject({ output: { n: 7 } })
    expect(llm.requests[1]?.toolChoice).toEqual({ name: 'structured_output' })
  })

  test.each([
    ['is none', ['no idea']],
    ['is a call of another tool', [[callOf('look')]]],
  ] as const)('fails the run when what comes in the last turn %s', async (_, replies) => {
    const llm = scriptedLlm(replies, { model: { structuredOutput: 'prompt' } })
    const run = await createAgent({ llm, tools: [look], ...turns(1) }).run('how many?', { output })
    expect(await run.result).toMatchObject({ status: 'failed', error: { code: 'output_invalid' } })
    expect(llm.requests).toHaveLength(1)
    expect(resultsIn(llm.requests[0])).toEqual([])
  })
})
