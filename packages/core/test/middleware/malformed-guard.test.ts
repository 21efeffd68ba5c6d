/** Arguments that are not JSON: words that the model can read, and an end when it does not learn. */
import { describe, expect, test } from 'vitest'
import { createAgent, jsonSchema, tool } from '../../src/index.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { eventsOf, resultsIn } from './runs.ts'

let ran = 0
const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => `look ${++ran}` })
const strict = tool({
  name: 'strict',
  description: 'Wants a path.',
  readOnly: true,
  input: jsonSchema<{ path: string }>({ type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }),
  execute: ({ path }) => path,
})

const broken = (invalidInput: string, name = 'look') => ({ type: 'tool_use' as const, id: '', name, input: {}, invalidInput })

const agentOf = (replies: readonly ScriptedReply[]) => {
  const llm = scriptedLlm(replies)
  return { llm, agent: createAgent({ llm, tools: [look, strict] }) }
}

describe('arguments that are not JSON', () => {
  test('are a result that says what was wrong with them, and nothing runs', async () => {
    ran = 0
    const { llm, agent } = agentOf([[broken('{"path": ')], 'I see'])
    const run = await agent.run('go')
    expect(await run.completed()).toMatchObject({ text: 'I see' })
    expect(ran).toBe(0)
    expect(resultsIn(llm.requests[1])).toEqual([`The arguments of 'look' are not valid JSON: "{\\"path\\": ". Send a JSON object.`])
    expect(await eventsOf(run, 'tool_end')).toMatchObject([{ isError: true, errorKind: 'malformed_input' }])
    expect(await eventsOf(run, 'tool_execution_start')).toEqual([])
  })

  test.each(['', '  \n'])('and empty ones (%j) are told to be missing', async (input) => {
    const { llm, agent } = agentOf([[broken(input)], 'I see'])
    await (await agent.run('go')).completed()
    expect(resultsIn(llm.requests[1])).toEqual([`The call of 'look' came without arguments. Send a JSON object.`])
  })

  test('are shown in part when they are long', async () => {
    const { llm, agent } = agentOf([[broken('x'.repeat(100_000))], 'I see'])
    await (await agent.run('go')).completed()
    expect(String(resultsIn(llm.requests[1])[0]).length).toBeLessThan(700)
  })

  test('three times running, over turns, end the run and name the model', async () => {
    const { llm, agent } = agentOf([[broken('{')], [broken('[')], [broken('')], 'never'])
    const result = await (await agent.run('go')).result
    expect(result).toMatchObject({
      status: 'failed',
      error: {
        code: 'llm_rejected',
        retryable: false,
        message: 'The model scripted wrote tool arguments that are not JSON 3 times in a row',
      },
    })
    expect(llm.requests).toHaveLength(3)
  })

  test('three in one reply end it too, each with its result', async () => {
    const { agent } = agentOf([[broken('{'), broken('['), broken('')], 'never'])
    const run = await agent.run('go')
    expect(await run.result).toMatchObject({ status: 'failed' })
    expect(await eventsOf(run, 'tool_end')).toHaveLength(3)
  })

  test('are counted anew after a good call', async () => {
    const { agent } = agentOf([[broken('{')], [broken('{')], [callOf('look', { n: 1 })], [broken('{')], [broken('{')], 'done'])
    expect(await (await agent.run('go')).completed()).toMatchObject({ text: 'done' })
  })

  test('are counted anew in the next run', async () => {
    const { agent } = agentOf([[broken('{')], [broken('{')], 'one', [broken('{')], [broken('{')], 'two'])
    const session = await agent.session()
    await (await session.send('a')).completed()
    expect(await (await session.send('b')).completed()).toMatchObject({ text: 'two' })
  })
})

describe('arguments that do not match the schema', () => {
  test('are a result that names the field, as often as the model likes', async () => {
    const wrong = (n: number): ScriptedReply => [callOf('strict', { path: n })]
    const { llm, agent } = agentOf([wrong(1), wrong(2), wrong(3), wrong(4), 'done'])
    expect(await (await agent.run('go')).completed()).toMatchObject({ text: 'done' })
    expect(resultsIn(llm.requests[1])[0]).toMatch(/'strict' do not match its schema:\n.*path[\s\S]*Correct them/)
  })
})
