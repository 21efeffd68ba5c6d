/** An Anthropic model as an `LlmClient`. */
import { SseDecoder, systemHost, type LlmClient, type LlmEvent, type LlmRequest, type ModelInfo } from '@seamfold/core/kit'
import { unavailable } from './errors.ts'
import { AnswerReader } from './from-wire.ts'
import { knownModel, priceOf, type KnownModel } from './models.ts'
import { baseOf, checkOptions, keyOf, type AnthropicOptions } from './options.ts'
import { BINDING_BETA } from './thinking.ts'
import { requestWriter } from './to-wire.ts'
import { transport, type Connection, type Send } from './transport.ts'
import { wholeAnswer, type Source } from './whole-answer.ts'

/** Tokens of one answer where nobody says: room for long work, without reserving all that the model could write. */
const KNOWN_OUTPUT = 32_000
const UNKNOWN_OUTPUT = 8192

/**
 * Talks to one Anthropic model over the official SDK, which is loaded at the first call. Also to any server that speaks the
 * Messages API: `{ baseURL, headers, fetch }`.
 *
 * Throws `llm_unauthorized` when there is no key or none that can be sent, `invalid_argument` for options that the model cannot take.
 */
export function anthropic(options: AnthropicOptions): LlmClient {
  const known = knownModel(options.model)
  checkOptions(options, known)
  const environment = environmentOf()
  const apiKey = keyOf(options, environment)
  const { clock = systemHost().clock, cache = '5m' } = options
  const model = infoOf(options, known)
  const write = requestWriter({
    model: options.model,
    known,
    maxOutputTokens: model.maxOutputTokens ?? UNKNOWN_OUTPUT,
    thinking: options.thinking,
    effort: options.effort,
    cache,
    extraBody: options.extraBody ?? {},
  })
  const send = transport({
    apiKey,
    baseURL: baseOf(options, environment),
    headers: { ...betaHeader(options, known), ...options.headers },
    fetch: options.fetch,
    timeoutMs: options.timeoutMs,
    clock,
  })
  return { contract: 1, model, stream: (request, { signal }) => stream({ request, signal, model, write, send, now: () => clock.now() }) }
}

type Call = {
  readonly request: LlmRequest
  readonly signal: AbortSignal
  readonly model: ModelInfo
  readonly write: (request: LlmRequest) => Uint8Array
  readonly send: Send
  now(): number
}

async function* stream({ request, signal, model, write, send, now }: Call): AsyncGenerator<readonly LlmEvent[]> {
  signal.throwIfAborted()
  const started = now()
  // A signal of the call's own: the SDK leaves a listener behind on the one that it gets.
  const controller = new AbortController()
  let connection: Connection | undefined
  let whole = false
  const stop = (): void => {
    controller.abort(signal.reason)
    connection?.cancel()
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    connection = await send(write(request), controller.signal)
    signal.throwIfAborted()
    const eventsOf = connection.contentType?.startsWith('application/json') === true ? wholeAnswer() : streamed()
    const answer = new AnswerReader({ provider: model.provider, model: model.id }, connection.requestId)
    let firstTokenMs: number | undefined
    while (!whole) {
      const bytes = await connection.read()
      const reading = answer.read(eventsOf(bytes))
      const { batch } = reading
      whole = reading.whole
      if (batch.length > 0) firstTokenMs ??= now() - started
      if (whole) batch.push(answer.done({ ...(firstTokenMs === undefined ? {} : { firstTokenMs }), durationMs: now() - started }))
      if (batch.length > 0) yield batch
      if (reading.failure !== undefined) throw reading.failure
      if (bytes === undefined && !whole) throw cutOff(connection)
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', stop)
    if (whole) connection?.settle()
    else connection?.cancel()
  }
}

function streamed(): Source {
  const decoder = new SseDecoder()
  return (bytes) => (bytes === undefined ? decoder.end() : decoder.push(bytes))
}

function cutOff({ contentType = 'none' }: Connection): Error {
  const hint = contentType.includes('text/event-stream')
    ? ''
    : ` (its content type is ${contentType}: does baseURL point to a Messages API?)`
  return unavailable(`the stream ended before message_stop${hint}`)
}

function infoOf(options: AnthropicOptions, known: KnownModel | undefined): ModelInfo {
  const { model, contextWindow = known?.contextWindow, maxOutputTokens } = options
  const price = options.price ?? (known && priceOf(known, options.cache === '1h' ? '1h' : '5m'))
  return {
    provider: 'anthropic',
    id: model,
    maxOutputTokens: maxOutputTokens ?? (known ? Math.min(known.maxOutputTokens, KNOWN_OUTPUT) : UNKNOWN_OUTPUT),
    structuredOutput: options.structuredOutput ?? (known || model.startsWith('claude-') ? 'native' : 'prompt'),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(price === undefined ? {} : { price }),
  }
}

function betaHeader({ betas = [], thinking }: AnthropicOptions, known: KnownModel | undefined): Readonly<Record<string, string>> {
  const binds = known?.bindsThinking === true && !(thinking && 'mode' in thinking && thinking.mode === 'between_tools')
  const names = binds ? [...betas, BINDING_BETA] : betas
  return names.length === 0 ? {} : { 'anthropic-beta': names.join(',') }
}

/** The environment of the process; empty in a browser. */
function environmentOf(): Readonly<Record<string, string | undefined>> {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {}
}
