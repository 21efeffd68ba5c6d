/** The promises of `LlmClient` (`ports/llm-client.ts`), one case for each line of its contract. */
import type { AgentError, ErrorCode } from '../base/errors.ts'
import { textOf, toolCallsOf } from '../model/message.ts'
import type { LlmClient, LlmEvent } from '../ports/llm-client.ts'
import { answerIn, ask, doneOf, requestSaying, within } from './llm-asking.ts'
import { assert, assertEqual, assertRejects, assertRejectsWith } from './assert.ts'
import type { Suite } from './conformance.ts'
import type { LlmClientSubject, LlmScene } from './llm-scene.ts'

export const llmClientSuite: Suite<LlmClientSubject> = {
  seam: 'LlmClient',
  cases: [
    { id: 'llm.done_once', title: 'any number of deltas, then exactly one done, which is last', run: doneOnce },
    { id: 'llm.deltas_add_up', title: 'the deltas of a block add up to what done says of it', run: deltasAddUp },
    { id: 'llm.cut_off', title: 'a stream that ends early is llm_unavailable, never a short answer', run: cutOff },
    {
      id: 'llm.invalid_arguments',
      title: 'arguments that do not parse are kept as text, and none at all are an empty object',
      run: invalidArguments,
    },
    { id: 'llm.parallel_tools', title: 'tool calls keep the order in which the model made them', run: parallelTools },
    { id: 'llm.overloaded', title: 'overload, 5xx and lost connections are llm_unavailable, retryable', run: overloaded },
    { id: 'llm.rate_limited', title: 'a rate limit is llm_rate_limited, and says when to come back', run: rateLimited },
    {
      id: 'llm.unauthorized',
      title: 'a refused key is llm_unauthorized, not retryable',
      run: (subject) => refused(subject, 'unauthorized', 'llm_unauthorized'),
    },
    {
      id: 'llm.rejected',
      title: 'a request that can never succeed is llm_rejected, not retryable',
      run: (subject) => refused(subject, 'rejected', 'llm_rejected'),
    },
    {
      id: 'llm.context_overflow',
      title: 'a conversation that does not fit is context_overflow, not retryable',
      run: (subject) => refused(subject, 'context_overflow', 'context_overflow'),
    },
    { id: 'llm.usage', title: 'usage counts every token once, as the provider did', run: usage },
    { id: 'llm.no_retry', title: 'one stream is one request, whatever comes of it', run: noRetry },
    { id: 'llm.cancel', title: "a signal stops it promptly, and the signal's reason is thrown", run: cancel },
    { id: 'llm.early_exit', title: 'a reader that stops early closes the connection', run: earlyExit },
    { id: 'llm.concurrent', title: 'streams at the same time do not mix', run: concurrent },
  ],
}

async function doneOnce(subject: LlmClientSubject): Promise<void> {
  const events = await ask(await subject.in('says_hello'))
  const { message, stopReason } = doneOf(events)
  assertEqual(events.filter(({ type }) => type === 'done').length, 1, "number of 'done' events")
  assertEqual(message.role, 'assistant', 'role of the answer')
  assertEqual(textOf(message), 'Hello there', 'text of the answer')
  assertEqual(stopReason, 'end_turn', 'stop reason')
}

async function deltasAddUp(subject: LlmClientSubject): Promise<void> {
  for (const scene of ['says_hello', 'reasons_then_calls'] as const) {
    const client = await subject.in(scene)
    const events = await ask(client)
    for (const [index, block] of doneOf(events).message.content.entries()) {
      const what = `${scene}, block ${index}`
      const said = events.filter((event) => 'block' in event && event.block === index)
      if (block.type === 'text') assertEqual(joined(said, 'text_delta'), block.text, `${what}: text deltas`)
      if (block.type === 'reasoning') {
        assertEqual(joined(said, 'reasoning_delta'), block.text, `${what}: reasoning deltas`)
        assertEqual(block.origin, { provider: client.model.provider, model: client.model.id }, `${what}: origin of the reasoning`)
      }
      if (block.type !== 'tool_use') continue
      assertEqual(said[0], { type: 'tool_start', block: index, id: block.id, name: block.name }, `${what}: first event`)
      assertEqual(JSON.parse(joined(said, 'tool_input_delta') || '{}'), block.input, `${what}: input deltas`)
    }
    assert(events.length > 2, `${scene}: the answer came in deltas, not only in 'done'`)
  }
}

/** What the deltas of one kind say together. */
const joined = (events: readonly LlmEvent[], type: LlmEvent['type']): string =>
  events.map((event) => (event.type !== type ? '' : 'text' in event ? event.text : 'delta' in event ? event.delta : '')).join('')

async function cutOff(subject: LlmClientSubject): Promise<void> {
  const error = await failureIn(subject, 'cut_off', 'llm_unavailable')
  assert(error.retryable, 'a stream that was cut off is retryable')
}

async function invalidArguments(subject: LlmClientSubject): Promise<void> {
  const [malformed] = toolCallsOf((await answerIn(subject, 'malformed_arguments')).message)
  assertEqual(malformed?.input, {}, 'input of a call whose arguments do not parse')
  assertEqual(malformed?.invalidInput, '{"city": "Os', 'the text that the model wrote')
  const [empty] = toolCallsOf((await answerIn(subject, 'no_arguments')).message)
  assertEqual(empty?.input, {}, 'input of a call without arguments')
  assertEqual(empty?.invalidInput, undefined, 'invalid input of a call without arguments')
}

async function parallelTools(subject: LlmClientSubject): Promise<void> {
  const { message, stopReason } = await answerIn(subject, 'calls_two_tools')
  const calls = toolCallsOf(message)
  const expected = [
    ['get_weather', { city: 'Oslo' }],
    ['get_time', { zone: 'UTC' }],
  ]
  assertEqual(
    calls.map(({ name, input }) => [name, input]),
    expected,
    'the calls in order',
  )
  assertEqual(new Set(calls.map(({ id }) => id)).size, 2, 'number of different call ids')
  assertEqual(stopReason, 'tool_use', 'stop reason')
}

async function overloaded(subject: LlmClientSubject): Promise<void> {
  for (const scene of ['overloaded', 'server_error', 'drops_connection', 'error_mid_stream'] as const) {
    const error = await failureIn(subject, scene, 'llm_unavailable')
    assert(error.retryable, `${scene} is retryable`)
  }
}

async function rateLimited(subject: LlmClientSubject): Promise<void> {
  const error = await failureIn(subject, 'rate_limited', 'llm_rate_limited')
  assert(error.retryable, 'a rate limit is retryable')
  assertEqual(error.details['retryAfterMs'], 2000, 'details.retryAfterMs')
}

async function refused(subject: LlmClientSubject, scene: LlmScene, code: ErrorCode): Promise<void> {
  const error = await failureIn(subject, scene, code)
  assert(!error.retryable, `${scene} is not retryable`)
}

async function failureIn(subject: LlmClientSubject, scene: LlmScene, code: ErrorCode): Promise<AgentError> {
  return assertRejects(ask(await subject.in(scene)), code, scene)
}

async function usage(subject: LlmClientSubject): Promise<void> {
  const client = await subject.in('counts_usage')
  // The second time the provider reads from its cache.
  for (const round of ['first', 'second']) {
    const { usage: said } = doneOf(await ask(client))
    const counted = subject.counted()
    assertEqual(said.input + said.cacheRead + said.cacheWrite, counted.in, `${round} answer: tokens that went in`)
    assertEqual(said.cacheRead, counted.cacheRead, `${round} answer: tokens read from the cache`)
    assertEqual(said.cacheWrite, counted.cacheWrite, `${round} answer: tokens written to the cache`)
    assertEqual(said.output, counted.out, `${round} answer: tokens that came out`)
    assertEqual(said.reasoning, counted.reasoning, `${round} answer: tokens of reasoning`)
  }
}

async function noRetry(subject: LlmClientSubject): Promise<void> {
  for (const [scene, code] of [
    ['overloaded', 'llm_unavailable'],
    ['rate_limited', 'llm_rate_limited'],
    ['cut_off', 'llm_unavailable'],
  ] as const) {
    const client = await subject.in(scene)
    const before = subject.requests()
    await assertRejects(ask(client), code, scene)
    assertEqual(subject.requests() - before, 1, `${scene}: number of requests`)
  }
}

async function cancel(subject: LlmClientSubject): Promise<void> {
  const reason = new Error('enough')
  const midway = new AbortController()
  const talking = begin(await subject.in('hangs'), midway.signal)
  assertEqual((await within(talking.next(), 'hangs: the first batch')).done, false, 'hangs: an answer was under way')
  const next = talking.next()
  midway.abort(reason)
  await assertRejectsWith(within(next, 'cancelled in mid-stream'), reason, 'cancelled in mid-stream')
  await within(subject.closed(), 'cancelled in mid-stream: the provider sees the connection close')

  const waiting = new AbortController()
  const first = begin(await subject.in('never_answers'), waiting.signal).next()
  setTimeout(() => waiting.abort(reason), 0)
  await assertRejectsWith(within(first, 'cancelled before the answer'), reason, 'cancelled before the answer')

  const idle = await subject.in('says_hello')
  const before = subject.requests()
  const never = begin(idle, AbortSignal.abort(reason)).next()
  await assertRejectsWith(within(never, 'cancelled before the start'), reason, 'cancelled before the start')
  assertEqual(subject.requests() - before, 0, 'requests when it was cancelled before the start')
}

async function earlyExit(subject: LlmClientSubject): Promise<void> {
  const talking = begin(await subject.in('hangs'), new AbortController().signal)
  await within(talking.next(), 'hangs: the first batch')
  assert(talking.return !== undefined, 'the stream can be left: its iterator has a return()')
  await within(talking.return(), 'leaving the stream')
  await within(subject.closed(), 'left early: the provider sees the connection close')
}

async function concurrent(subject: LlmClientSubject): Promise<void> {
  const client = await subject.in('echoes')
  const words = ['one fish', 'two fish', 'red fish', 'blue fish']
  const answers = await Promise.all(words.map((each) => ask(client, each)))
  for (const [index, each] of words.entries()) {
    const events = answers[index] ?? []
    assertEqual(textOf(doneOf(events).message), each, 'text of its own answer')
    assertEqual(joined(events, 'text_delta'), each, 'deltas of its own answer')
  }
}

const begin = (client: LlmClient, signal: AbortSignal): AsyncIterator<readonly LlmEvent[]> =>
  client.stream(requestSaying('What is the weather in Oslo?'), { signal })[Symbol.asyncIterator]()
