/** Clients that break one promise each: the llm-client suite has to reject every one. */
import { AgentError, isAgentError } from '../base/errors.ts'
import type { Block } from '../model/message.ts'
import type { Usage } from '../model/usage.ts'
import type { LlmClient, LlmDone, LlmEvent, LlmRequest } from '../ports/llm-client.ts'

export type LlmClientMutant = {
  readonly name: string
  /** The case that has to fail. */
  readonly killedBy: string
  /** Breaks a good client in this one way. */
  mutate(client: LlmClient): LlmClient
}

type Batches = AsyncIterable<readonly LlmEvent[]>
type Ask = (request: LlmRequest, options: { readonly signal: AbortSignal }) => Batches

export const llmClientMutants: readonly LlmClientMutant[] = [
  { name: 'says done twice', killedBy: 'llm.done_once', mutate: onBatches((batch) => [...batch, ...batch.filter(isDone)]) },
  { name: 'goes on after done', killedBy: 'llm.done_once', mutate: onBatches((batch) => (batch.some(isDone) ? [...batch, late] : batch)) },
  { name: 'loses what comes together with done', killedBy: 'llm.deltas_add_up', mutate: onBatches(onlyDone) },
  { name: 'numbers blocks from one', killedBy: 'llm.deltas_add_up', mutate: onEvents(shifted) },
  { name: 'keeps the deltas to itself', killedBy: 'llm.deltas_add_up', mutate: onBatches((batch) => batch.filter(isDone)) },
  { name: 'takes a cut stream for a short answer', killedBy: 'llm.cut_off', mutate: asking(shortAnswer) },
  { name: 'throws at malformed arguments', killedBy: 'llm.invalid_arguments', mutate: onBlocks(refuseMalformed) },
  { name: 'drops malformed arguments', killedBy: 'llm.invalid_arguments', mutate: onBlocks(withoutInvalidInput) },
  { name: 'takes no arguments for malformed ones', killedBy: 'llm.invalid_arguments', mutate: onBlocks(emptyIsInvalid) },
  {
    name: 'turns the calls around',
    killedBy: 'llm.parallel_tools',
    mutate: onDone((done) => withContent(done, done.message.content.toReversed())),
  },
  {
    name: 'gives all calls one id',
    killedBy: 'llm.parallel_tools',
    mutate: onBlocks((block) => (block.type === 'tool_use' ? { ...block, id: 'call' } : block)),
  },
  {
    name: 'takes overload for final',
    killedBy: 'llm.overloaded',
    mutate: onError('llm_unavailable', (error) => again(error, { retryable: false })),
  },
  {
    name: 'forgets when to come back',
    killedBy: 'llm.rate_limited',
    mutate: onError('llm_rate_limited', (error) => again(error, { details: {} })),
  },
  {
    name: 'takes a rate limit for an outage',
    killedBy: 'llm.rate_limited',
    mutate: onError('llm_rate_limited', (error) => again(error, { code: 'llm_unavailable' })),
  },
  {
    name: 'would try a refused key again',
    killedBy: 'llm.unauthorized',
    mutate: onError('llm_unauthorized', (error) => again(error, { retryable: true })),
  },
  {
    name: 'takes a bad request for an outage',
    killedBy: 'llm.rejected',
    mutate: onError('llm_rejected', (error) => again(error, { code: 'llm_unavailable' })),
  },
  {
    name: 'takes overflow for a bad request',
    killedBy: 'llm.context_overflow',
    mutate: onError('context_overflow', (error) => again(error, { code: 'llm_rejected' })),
  },
  {
    name: 'counts cached tokens twice',
    killedBy: 'llm.usage',
    mutate: onUsage((usage) => ({ ...usage, input: usage.input + usage.cacheRead })),
  },
  {
    name: 'counts reasoning outside of the output',
    killedBy: 'llm.usage',
    mutate: onUsage((usage) => ({ ...usage, output: usage.output - usage.reasoning })),
  },
  { name: 'forgets what the cache cost', killedBy: 'llm.usage', mutate: onUsage((usage) => ({ ...usage, cacheWrite: 0, cacheRead: 0 })) },
  { name: 'tries again by itself', killedBy: 'llm.no_retry', mutate: asking(twice) },
  {
    name: 'does not hear the signal',
    killedBy: 'llm.cancel',
    mutate: asking((ask) => (request) => ask(request, { signal: new AbortController().signal })),
  },
  { name: 'throws its own error when cancelled', killedBy: 'llm.cancel', mutate: asking(ownReason) },
  { name: 'leaves the connection open', killedBy: 'llm.early_exit', mutate: asking(unreturned) },
  { name: 'keeps all answers in one place', killedBy: 'llm.concurrent', mutate: onePlace },
]

const late: LlmEvent = { type: 'text_delta', block: 0, text: 'late' }

const isDone = (event: LlmEvent): event is LlmDone => event.type === 'done'

function asking(change: (ask: Ask) => Ask): (client: LlmClient) => LlmClient {
  return (client) => ({ contract: 1, model: client.model, stream: change((request, options) => client.stream(request, options)) })
}

function onBatches(change: (batch: readonly LlmEvent[]) => readonly LlmEvent[]): (client: LlmClient) => LlmClient {
  return asking(
    (ask) =>
      async function* (request, options) {
        for await (const batch of ask(request, options)) yield change(batch)
      },
  )
}

function onEvents(change: (event: LlmEvent) => LlmEvent): (client: LlmClient) => LlmClient {
  return onBatches((batch) => batch.map(change))
}

function onDone(change: (done: LlmDone) => LlmDone): (client: LlmClient) => LlmClient {
  return onEvents((event) => (isDone(event) ? change(event) : event))
}

function onBlocks(change: (block: Block) => Block): (client: LlmClient) => LlmClient {
  return onDone((done) => withContent(done, done.message.content.map(change)))
}

function onUsage(change: (usage: Usage) => Usage): (client: LlmClient) => LlmClient {
  return onDone((done) => ({ ...done, usage: change(done.usage) }))
}

function onError(code: AgentError['code'], change: (error: AgentError) => AgentError): (client: LlmClient) => LlmClient {
  return asking(
    (ask) =>
      async function* (request, options) {
        try {
          yield* ask(request, options)
        } catch (error) {
          throw isAgentError(error, code) ? change(error) : error
        }
      },
  )
}

function again(error: AgentError, change: Partial<Pick<AgentError, 'code' | 'retryable' | 'details'>>): AgentError {
  const { code, retryable, details } = { code: error.code, retryable: error.retryable, details: error.details, ...change }
  return new AgentError(code, error.message, { retryable, details })
}

function withContent(done: LlmDone, content: readonly Block[]): LlmDone {
  return { ...done, message: { ...done.message, content } }
}

function onlyDone(batch: readonly LlmEvent[]): readonly LlmEvent[] {
  const done = batch.find(isDone)
  return done === undefined ? batch : [done]
}

function shifted(event: LlmEvent): LlmEvent {
  return 'block' in event ? { ...event, block: event.block + 1 } : event
}

function refuseMalformed(block: Block): Block {
  if (block.type === 'tool_use' && block.invalidInput !== undefined) throw new AgentError('llm_rejected', 'The arguments are not JSON')
  return block
}

function withoutInvalidInput(block: Block): Block {
  if (block.type !== 'tool_use') return block
  const { invalidInput: _, ...rest } = block
  return rest
}

function emptyIsInvalid(block: Block): Block {
  return block.type === 'tool_use' && Object.keys(block.input ?? {}).length === 0 ? { invalidInput: '', ...block } : block
}

function shortAnswer(ask: Ask): Ask {
  return async function* (request, options) {
    try {
      yield* ask(request, options)
    } catch (error) {
      if (!isAgentError(error, 'llm_unavailable')) throw error
      const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
      yield [{ type: 'done', message: { role: 'assistant', content: [] }, usage, stopReason: 'other' }]
    }
  }
}

function twice(ask: Ask): Ask {
  return async function* (request, options) {
    try {
      yield* ask(request, options)
    } catch (error) {
      if (!isAgentError(error) || !error.retryable) throw error
      yield* ask(request, options)
    }
  }
}

function ownReason(ask: Ask): Ask {
  return async function* (request, options) {
    try {
      yield* ask(request, options)
    } catch (error) {
      throw options.signal.aborted ? new AgentError('cancelled', 'The call was cancelled') : error
    }
  }
}

function unreturned(ask: Ask): Ask {
  return (request, options) => {
    const batches = ask(request, options)[Symbol.asyncIterator]()
    return { [Symbol.asyncIterator]: () => ({ next: () => batches.next(), return: async () => ({ done: true, value: undefined }) }) }
  }
}

/** Every answer says what the last one to begin says. */
function onePlace(client: LlmClient): LlmClient {
  let place: LlmRequest | undefined
  return {
    contract: 1,
    model: client.model,
    async *stream(request, options) {
      place = request
      await Promise.resolve()
      yield* client.stream(place, options)
    },
  }
}
