/** Whole conversations, judged by the strict simulator. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { userText, type Block, type Message } from '@seamfold/core/kit'
import { callTool, reasoning, script, startSimulator, text, type Scenario, type Simulator } from '@seamfold/simulator'
import { anthropic, type AnthropicOptions } from '../src/index.ts'
import { knownModels } from '../src/models.ts'
import { answered, ask, weather } from './support/talk.ts'

let simulator: Simulator

beforeEach(async () => {
  simulator = await startSimulator({ scenario: () => text('ok') })
})

afterEach(() => simulator.close())

const plays = (scenario: Scenario): void => simulator.reset({ scenario })

const open = (change: Partial<AnthropicOptions> = {}): ReturnType<typeof anthropic> =>
  anthropic({ model: 'claude-sonnet-4-5', apiKey: 'key', baseURL: simulator.anthropicBaseUrl, ...change })

const lastBody = (): Record<string, unknown> => simulator.requests.at(-1)?.body as Record<string, unknown>

describe('thinking', () => {
  const thinks = { thinking: { budgetTokens: 2000 } }
  const rounds = [
    [reasoning('First.'), callTool('get_weather')],
    [reasoning('Second.', { redacted: true }), callTool('get_weather'), callTool('get_weather')],
    text('Done.'),
  ]

  test('goes back with its signatures through rounds of tool calls', async () => {
    plays(script(rounds))
    const client = open(thinks)
    const messages: Message[] = [userText('Go')]
    for (let round = 0; round < rounds.length; round += 1) {
      const { message } = await ask(client, { messages })
      messages.push(message, answered(message))
    }
    expect(messages[1]?.content[0]).toMatchObject({ type: 'reasoning', text: 'First.', state: { signature: expect.any(String) } })
    expect(messages[3]?.content[0]).toMatchObject({ type: 'reasoning', text: '', state: { redacted: expect.any(String) } })
    expect(simulator.requests.map(({ verdict }) => verdict.status)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(lastBody()['messages']).toMatchObject([
      {},
      { content: [{ type: 'thinking' }, {}] },
      {},
      { content: [{ type: 'redacted_thinking' }, {}, {}] },
      {},
    ])
  })

  test('survives a journal: a message that was written down and read again is sent the same', async () => {
    plays(script(rounds))
    const { message } = await ask(open(thinks), { messages: [userText('Go')] })
    const read = JSON.parse(JSON.stringify(message)) as Message
    await ask(open(thinks), { messages: [userText('Go'), read, answered(read)] })
    expect(simulator.requests.at(-1)?.verdict.status).toBe('accepted')
  })

  test('of one model is not shown to another, in the middle of a round of calls too', async () => {
    plays(() => [reasoning('Mine.'), callTool('get_weather')])
    const { message } = await ask(open(thinks), { messages: [userText('Go')] })
    await ask(open({ ...thinks, model: 'claude-opus-4-5' }), { messages: [userText('Go'), message, answered(message)] })
    expect(simulator.requests.at(-1)?.verdict.status).toBe('accepted')
    expect(JSON.stringify(lastBody()['messages'])).not.toContain('thinking')
  })

  test('gives way to a forced call', async () => {
    plays(() => callTool('get_weather'))
    const { message } = await ask(open(thinks), { messages: [userText('Go')], toolChoice: { name: 'get_weather' } })
    expect(message.content).toMatchObject([{ type: 'tool_use', name: 'get_weather' }])
  })
})

describe('the prompt cache', () => {
  const system = 'You know the weather of every city there is. '.repeat(200)
  const lines = 'A fact about the weather. '.repeat(40)

  test('is hit for all that was sent before, at every turn of a growing conversation', async () => {
    plays(({ turn }) => (turn % 4 === 0 ? text(lines) : [text(lines), callTool('get_weather'), callTool('get_weather')]))
    const client = open()
    const messages: Message[] = [userText('Go')]
    const usages = []
    for (let turn = 0; turn < 10; turn += 1) {
      const { message, usage } = await ask(client, { system, messages })
      usages.push(usage)
      const results = answered(message, lines)
      messages.push(message, results.content.length > 0 ? results : userText('And now?'))
    }
    for (const [turn, usage] of usages.entries()) {
      const before = usages[turn - 1]
      // What the request before wrote to the cache or found there is read, and nothing more is paid in full than a few tokens.
      expect(usage.cacheRead, `turn ${turn}`).toBe(before === undefined ? 0 : before.cacheRead + before.cacheWrite)
      expect(usage.input, `turn ${turn}`).toBeLessThan(10)
    }
  })

  test('is hit after a turn with more calls than the provider looks back', async () => {
    plays(({ turn }) => (turn === 1 ? Array.from({ length: 30 }, () => callTool('get_weather')) : text('Done.')))
    const client = open()
    const first = await ask(client, { system, messages: [userText(lines)] })
    const second = await ask(client, { system, messages: [userText(lines), first.message, answered(first.message, lines)] })
    expect(second.usage.cacheRead).toBe(first.usage.cacheWrite)
  })

  test('is not used when the host says so', async () => {
    const { usage } = await ask(open({ cache: 'off' }), { system, messages: [userText(lines)] })
    expect(usage).toMatchObject({ cacheRead: 0, cacheWrite: 0 })
  })
})

describe('what the provider holds an answer to', () => {
  test('a schema, in its own part of the language', async () => {
    plays(() => text('{"city":"Oslo","degrees":3}'))
    const schema = {
      type: 'object',
      properties: { city: { type: 'string', minLength: 1 }, degrees: { type: 'integer', minimum: -90 } },
      required: ['city'],
    } as const
    await ask(open(), { messages: [userText('Go')], tools: [], output: { name: 'weather', schema } })
    expect(simulator.requests.at(-1)?.verdict.status).toBe('accepted')
  })

  test('its limit of tokens', async () => {
    plays(() => text('word '.repeat(500)))
    const { stopReason, usage } = await ask(open(), { messages: [userText('Go')], maxOutputTokens: 20 })
    expect({ stopReason, output: usage.output }).toEqual({ stopReason: 'max_tokens', output: 20 })
  })
})

test.each(knownModels)('%s calls a tool and reads its result, with nothing said of thinking', async (model) => {
  plays(script([[reasoning('Hm.'), callTool('get_weather')], text('Sunny.')]))
  const client = open({ model })
  const { message } = await ask(client, { messages: [userText('Go')] })
  const answer = await ask(client, { messages: [userText('Go'), message, answered(message)], toolChoice: 'none' })
  expect(answer.message.content.at(-1)).toEqual({ type: 'text', text: 'Sunny.' })
})

test('images of the user and of tools are accepted', async () => {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const image = { type: 'image', mediaType: 'image/png', data: png } as const
  plays(({ turn }) => (turn === 1 ? [callTool('get_weather'), callTool('get_weather')] : text('A dot.')))
  const client = open()
  const prompt: Message = { role: 'user', content: [image, { type: 'text', text: 'What is it?' }] }
  const { message } = await ask(client, { messages: [prompt] })
  const [fine, failed] = answered(message).content as readonly (Block & { type: 'tool_result' })[]
  const results = [
    { ...fine, content: [image] },
    { ...failed, content: [{ type: 'text', text: 'broke' }, image], isError: true },
  ] as readonly Block[]
  await ask(client, { messages: [prompt, message, { role: 'user', content: results }] })
  expect(simulator.requests.at(-1)?.verdict.status).toBe('accepted')
})

test('no history that is paired as it should be is refused, whatever else is in it', async () => {
  const client = open({ thinking: { budgetTokens: 1024 } })
  const words = fc.constantFrom('', ' ', 'word', 'two\n')
  const strange: fc.Arbitrary<Block> = fc.oneof(
    words.map((word): Block => ({ type: 'text', text: word })),
    words.map((word): Block => ({
      type: 'reasoning',
      text: word,
      origin: { provider: 'openai-responses', model: 'gpt-5' },
      state: { id: 'rs' },
    })),
    words.map((word): Block => ({
      type: 'reasoning',
      text: word,
      origin: { provider: 'anthropic', model: 'claude-opus-4-5' },
      state: { signature: 's' },
    })),
  )
  const round = fc.record({
    said: fc.array(strange, { maxLength: 3 }),
    calls: fc.nat({ max: 2 }),
    result: words,
    failed: fc.boolean(),
    steering: fc.array(words, { maxLength: 2 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(round, { maxLength: 5 }), async (rounds) => {
      const messages: Message[] = [userText('Go')]
      for (const [index, { said, calls, result, failed, steering }] of rounds.entries()) {
        const ids = Array.from({ length: calls }, (_, call) => `call.${index}:${call}`)
        messages.push({
          role: 'assistant',
          content: [...said, ...ids.map((id): Block => ({ type: 'tool_use', id, name: 'get_weather', input: {} }))],
        })
        const results = ids.map((id): Block => ({ type: 'tool_result', toolUseId: id, content: result, isError: failed }))
        messages.push({ role: 'user', content: [...results, ...steering.map((word): Block => ({ type: 'text', text: word }))] })
      }
      messages.push(userText('Well?'))
      const { message } = await ask(client, { messages, tools: [weather] })
      expect(message.content).toEqual([{ type: 'text', text: 'ok' }])
    }),
    { numRuns: 60 },
  )
})
