/** One generation request: judged, given to the scenario, answered. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { digestOf, idSource } from '../base/ids.ts'
import { parseJson } from '../base/json.ts'
import { conversationOf } from '../model/conversation-view.ts'
import { toTurn } from '../model/turn.ts'
import type { AnswerTurn, Pace, Turn } from '../model/turn.ts'
import type { Accepted, Protocol } from '../protocol/protocol.ts'
import type { World } from '../protocol/world.ts'
import type { Refusal } from '../rules/rule.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { planOf } from './plan.ts'
import { maximumBodyBytes, readBody } from './read-body.ts'
import { publicHeaders } from './record.ts'
import type { RequestLog, Verdict } from './record.ts'
import { replyError, replyFailure } from './reply.ts'
import { send } from './send.ts'

export type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly protocol: Protocol
  readonly world: World
  readonly log: RequestLog
  readonly scenario: Scenario
  readonly number: number
  readonly seed: string
  readonly pace: Pace
}

/** Fires when the client goes away before it has its answer. */
function clientSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new Error('the client closed the connection'))
  })
  return controller.signal
}

function judged(exchange: Exchange, text: string | undefined): Accepted | Refusal {
  const { protocol, world, request } = exchange
  const unauthorized = protocol.authenticate(request.headers, world)
  if (unauthorized !== undefined) return unauthorized
  if (text === undefined)
    return {
      rule: 'http.body_size',
      status: 413,
      type: 'request_too_large',
      message: `Request exceeds the maximum size of ${maximumBodyBytes} bytes`,
    }
  const body = parseJson(text)
  if (body === undefined)
    return { rule: 'http.body_json', message: 'We could not parse the JSON body of your request. The API expects a JSON payload.' }
  const judgement = protocol.judge(body.value, world, request.headers)
  return 'accepted' in judgement ? judgement.accepted : judgement.refusal
}

type Answering = {
  readonly exchange: Exchange
  readonly requestId: string
  readonly ids: ReturnType<typeof idSource>
  readonly signal: AbortSignal
}

async function deliver(accepted: Accepted, turn: AnswerTurn, { exchange, requestId, ids, signal }: Answering): Promise<void> {
  const { response, protocol, world, log } = exchange
  const pace = { ...exchange.pace, ...turn.pace }
  const faults = turn.faults ?? {}
  const encoded = accepted.answer(turn, { ids, deltaCharacters: pace.deltaCharacters })
  log.update(exchange.number, { verdict: { status: 'accepted' }, usage: encoded.usage })
  response.setHeader(protocol.requestIdHeader, requestId)
  if (accepted.conversation.stream) {
    response.setHeader('content-type', 'text/event-stream; charset=utf-8')
    response.setHeader('cache-control', 'no-cache')
    const plan = planOf(encoded.frames, { faults, protocol, lineEnding: pace.lineEnding })
    await send(response, plan, { pace, clock: world.clock, signal })
    return
  }
  response.setHeader('content-type', 'application/json')
  const { cut } = faults
  const plan = {
    parts: [JSON.stringify(encoded.body)],
    ending: cut === undefined || cut.how === 'end' ? ('finish' as const) : ('reset' as const),
  }
  await send(response, cut?.afterBytes === undefined ? plan : { ...plan, cutAfterBytes: cut.afterBytes }, {
    pace,
    clock: world.clock,
    signal,
  })
}

async function play(accepted: Accepted, answering: Answering): Promise<void> {
  const { exchange, requestId, signal } = answering
  const { response, protocol, log, number, world } = exchange
  const replying = { response, protocol, requestId }
  let turn: Turn
  try {
    turn = toTurn(await exchange.scenario(conversationOf(accepted.conversation, { number, signal })))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    log.update(number, { verdict: { status: 'scenario_error', message } })
    // retrying would only ask the scenario again
    replyError(replying, protocol.failure({ type: 'failure', status: 500, message: `The scenario failed: ${message}` }), {
      'x-should-retry': 'false',
    })
    return
  }
  if (turn.type === 'answer') return deliver(accepted, turn, answering)
  if (turn.afterMs !== undefined) await world.clock.sleep(turn.afterMs, { signal })
  const { status, message } = replyFailure(replying, turn)
  log.update(number, { verdict: { status: 'failed', httpStatus: status, message } })
}

function refuse({ exchange, requestId }: Answering, refusal: Refusal): void {
  const { response, protocol, log, number } = exchange
  const { rule, ...rest } = refusal
  const error = { status: 400, type: 'invalid_request_error', ...rest }
  const verdict: Verdict = { status: 'refused', httpStatus: error.status, rule, message: error.message }
  log.update(number, { verdict })
  replyError({ response, protocol, requestId }, error)
}

export async function exchangeOnce(exchange: Exchange): Promise<void> {
  const { request, response, protocol, log, number, seed, world } = exchange
  const signal = clientSignal(response)
  const text = await readBody(request)
  const ids = idSource(`${seed}\n${number}\n${digestOf(text ?? '')}`)
  const requestId = ids.next('req_', 24)
  log.add({
    id: requestId,
    number,
    api: protocol.api,
    method: request.method ?? 'POST',
    path: request.url ?? '',
    headers: publicHeaders(request.headers),
    body: text === undefined ? undefined : (parseJson(text)?.value ?? text),
    at: world.clock.now(),
    verdict: { status: 'pending' },
  })
  const answering = { exchange, requestId, ids, signal }
  const result = judged(exchange, text)
  if ('rule' in result) refuse(answering, result)
  else await play(result, answering)
}
