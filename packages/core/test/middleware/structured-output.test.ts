/** Answers that are held to a schema: natively, through a tool, or by the prompt; with repair, and never past it. */
import { describe, expect, test } from 'vitest'
import { createAgent, jsonSchema, policy, textOf, tool, type JsonSchema } from '../../src/index.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { resultsIn } from './runs.ts'

type Mode = 'native' | 'tool' | 'prompt'

const shape: JsonSchema = {
  type: 'object',
  properties: { n: { type: 'number' }, note: { type: 'string' } },
  required: ['n'],
  additionalProperties: false,
}
const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })

async function ask(structuredOutput: Mode, replies: readonly ScriptedReply[], schema: JsonSchema = shape) {
  const llm = scriptedLlm(replies, { model: { structuredOutput } })
  const run = await createAgent({ llm, tools: [look], instructions: 'Be brief.' }).run('how many?', { output: jsonSchema(schema) })
  return { llm, result: await run.result }
}

const answer = (input: Parameters<typeof callOf>[1]): ScriptedReply => [callOf('structured_output', input)]

describe('a model that can be held to a schema natively', () => {
  test('is given it with every call, and its answer is the output', async () => {
    const { llm, result } = await ask('native', [[callOf('look')], '{"n": 3}'])
    expect(result).toMatchObject({ status: 'completed', output: { n: 3 }, text: '{"n": 3}', reason: 'end_turn' })
    for (const request of llm.requests) expect(request.output).toEqual({ name: 'answer', schema: shape })
    expect(llm.requests[0]?.system).toBe('Be brief.')
  })

  test('may write null for what it leaves out', async () => {
    expect((await ask('native', ['{"n": 3, "note": null}'])).result).toMatchObject({ output: { n: 3 } })
  })
})

describe('a model that is held to a schema through a tool', () => {
  test('gives its answer as a call, whose arguments are the output', async () => {
    const { llm, result } = await ask('tool', [[callOf('look')], answer({ n: 3 })])
    expect(result).toMatchObject({ status: 'completed', output: { n: 3 } })
    expect(llm.requests.map(({ tools, toolChoice }) => [tools.at(-1)?.name, toolChoice])).toEqual([
      ['structured_output', undefined],
      ['structured_output', undefined],
    ])
    expect(llm.requests[0]?.tools.at(-1)?.parameters).toEqual(shape)
  })

  test('is made to call it after it has answered in words', async () => {
    const { llm, result } = await ask('tool', ['it is three', answer({ n: 3 })])
    expect(result).toMatchObject({ output: { n: 3 } })
    expect(llm.requests[1]?.toolChoice).toEqual({ name: 'structured_output' })
    expect(textOf(llm.requests[1]?.messages.at(-1) ?? { content: [] })).toBe(
      "Give your answer now by calling the tool 'structured_output'.",
    )
  })

  test('reads in the result what is wrong with its answer, and is given two repairs', async () => {
    const { llm, result } = await ask('tool', [answer({ n: 'three' }), answer({ n: 'four' }), answer({ n: 3 })])
    expect(result).toMatchObject({ output: { n: 3 } })
    expect(resultsIn(llm.requests[1])).toEqual([expect.stringMatching(/do not match its schema:[\s\S]*n: /)])
    const never = await ask('tool', [answer({ n: 'a' }), answer({ n: 'b' }), answer({ n: 'c' }), answer({ n: 3 })])
    expect(never.result).toMatchObject({ status: 'failed', error: { code: 'output_invalid' } })
    expect(never.llm.requests).toHaveLength(3)
  })

  test('has its other calls of the same reply run, and ends', async () => {
    const { llm, result } = await ask('tool', [[callOf('look'), callOf('structured_output', { n: 3 })]])
    expect(result).toMatchObject({ status: 'completed', output: { n: 3 } })
    llm.assertComplete()
  })

  test('does not need a permission to answer', async () => {
    const llm = scriptedLlm([answer({ n: 3 })], { model: { structuredOutput: 'tool' } })
    const permissions = policy({ rules: [{ deny: { tool: '*' } }], default: 'deny' })
    const run = await createAgent({ llm, tools: [look], permissions }).run('how many?', { output: jsonSchema(shape) })
    expect(await run.result).toMatchObject({ status: 'completed', output: { n: 3 } })
    expect(llm.requests[0]?.tools.map(({ name }) => name)).toEqual(['structured_output'])
  })

  test('has a name for it that no other tool may have', () => {
    const mine = tool({ name: 'structured_output', description: 'Mine.', execute: () => 'x' })
    expect(() => createAgent({ llm: scriptedLlm([]), tools: [mine] })).toThrow(/Two tools are called 'structured_output'/)
  })

  test('is not held up by a policy that asks about everything', async () => {
    const llm = scriptedLlm([answer({ n: 3 })], { model: { structuredOutput: 'tool' } })
    const agent = createAgent({ llm, permissions: policy({ default: 'ask' }), unanswered: 'suspend' })
    expect(await (await agent.run('how many?', { output: jsonSchema(shape) })).result).toMatchObject({
      status: 'completed',
      output: { n: 3 },
    })
  })
})

describe('a model that can only be asked', () => {
  test('is told the schema in every turn, and may put words and fences around its answer', async () => {
    const { llm, result } = await ask('prompt', [[callOf('look')], 'Here it is:\n```json\n{"n": 3}\n```\nGlad to help {really}.'])
    expect(result).toMatchObject({ output: { n: 3 } })
    for (const { system } of llm.requests) expect(system).toBe(`Be brief.\n\n${system.slice(11)}`)
    expect(llm.requests[1]?.system).toContain(JSON.stringify(shape))
    expect(llm.requests[0]?.output).toBeUndefined()
  })
})

test.each([
  ['in prose', 'It is {"n": 3}, I think.'],
  ['in a fence behind half of a brace', 'Write { first, then:\n```json\n{"n": 3}\n```\n'],
  ['in a fence without a language', 'So { this:\n```\n{"n": 3}\n```'],
  ['behind another value that does not match', 'Not {"m": 1} but {"n": 3}.'],
  ['with braces and quotes in its strings', 'Here: {"n": 3, "note": "a } and \\"{\\" in it"} done'],
])('an answer is found %s', async (_, reply) => {
  expect((await ask('prompt', [reply])).result).toMatchObject({ status: 'completed', output: { n: 3 } })
})

describe.each(['native', 'prompt'] as const)('an answer in words that does not match (%s)', (mode) => {
  test('is sent back twice, with what is wrong', async () => {
    const { llm, result } = await ask(mode, ['three', '{"n": "three"}', '{"n": 3}'])
    expect(result).toMatchObject({ output: { n: 3 } })
    const words = llm.requests.map(({ messages }) => textOf(messages.at(-1) ?? { content: [] }))
    expect(words).toEqual([
      'how many?',
      expect.stringContaining('There is no JSON in the answer.'),
      expect.stringMatching(/does not match the schema:\n[\s\S]*n: .*\n.*corrected JSON/),
    ])
  })

  test('fails the run after that, with what is wrong', async () => {
    const { llm, result } = await ask(mode, ['no', 'no', '{"n": "three"}', '{"n": 3}'])
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: 'output_invalid', message: expect.stringMatching(/'answer' after 2 repairs:\n[\s\S]*n: /) },
    })
    expect(llm.requests).toHaveLength(3)
  })

  test('is given two repairs in each run of a session', async () => {
    const llm = scriptedLlm(['no', 'no', '{"n": 1}', 'no', 'no', '{"n": 2}'], { model: { structuredOutput: mode } })
    const session = await createAgent({ llm }).session()
    await (await session.send('a', { output: jsonSchema(shape) })).completed()
    expect(await (await session.send('b', { output: jsonSchema(shape) })).completed()).toMatchObject({ output: { n: 2 } })
  })
})

describe('a schema that is not of an object', () => {
  const list: JsonSchema = { type: 'array', items: { $ref: '#/$defs/name' }, $defs: { name: { type: 'string' } } }

  test.each([
    ['native', '{"value": ["a", "b"]}'],
    ['native', '["a", "b"]'],
    ['prompt', '["a", "b"]'],
    ['tool', [callOf('structured_output', { value: ['a', 'b'] })]],
  ] as const)('travels in one, and comes back without (%s, %j)', async (mode, reply) => {
    const { result } = await ask(mode, [reply], list)
    expect(result).toMatchObject({ status: 'completed', output: ['a', 'b'] })
  })
})

test('a refusal ends the run as one, and nothing is sent back', async () => {
  const { llm, result } = await ask('native', [{ blocks: [{ type: 'text', text: 'I will not' }], stopReason: 'refusal' }])
  expect(result).toMatchObject({ status: 'completed', reason: 'refusal', text: 'I will not' })
  expect(result).not.toHaveProperty('output')
  llm.assertComplete()
})
