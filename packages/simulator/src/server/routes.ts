/** Finds what a request is for. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { digestOf, idSource } from '../base/ids.ts'
import { parseJson } from '../base/json.ts'
import { anthropicProtocol, countAnthropicTokens } from '../protocol/anthropic.ts'
import { chatProtocol } from '../protocol/chat.ts'
import type { Protocol } from '../protocol/protocol.ts'
import { responsesProtocol } from '../protocol/responses.ts'
import type { World } from '../protocol/world.ts'
import { catalogue } from './catalogue.ts'
import { readBody } from './read-body.ts'
import { publicHeaders } from './record.ts'
import type { RecordedRequest, RequestLog } from './record.ts'
import { replyError, replyJson } from './reply.ts'

export const generators: ReadonlyMap<string, Protocol> = new Map([
  ['/v1/messages', anthropicProtocol],
  ['/v1/chat/completions', chatProtocol],
  ['/v1/responses', responsesProtocol],
])

export const pathOf = (request: IncomingMessage): string =>
  new URL(request.url ?? '/', 'http://localhost').pathname.replace(/(?<=.)\/$/, '')

export type Visit = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly world: World
  readonly log: RequestLog
  readonly number: number
  readonly seed: string
}

function recorded(visit: Visit, rest: Pick<RecordedRequest, 'api' | 'body' | 'verdict'>): string {
  const { request, number, log, world } = visit
  const id = idSource(`${visit.seed}\n${number}\n${digestOf(pathOf(request))}`).next('req_', 24)
  const method = request.method ?? 'GET'
  log.add({ id, number, method, path: request.url ?? '', headers: publicHeaders(request.headers), at: world.clock.now(), ...rest })
  return id
}

/** Everything that is not a generation request: model lists, token counts, unknown paths. */
export async function visitOther(visit: Visit): Promise<void> {
  const { request, response, world } = visit
  const path = pathOf(request)
  const protocol = request.headers['anthropic-version'] === undefined ? chatProtocol : anthropicProtocol
  const text = await readBody(request)
  const body = text === undefined || text === '' ? undefined : (parseJson(text)?.value ?? text)
  const unauthorized = protocol.authenticate(request.headers, world)
  const refuse = (
    api: RecordedRequest['api'],
    refusal: { readonly rule: string; readonly message: string; readonly status?: number; readonly type?: string },
  ): void => {
    const { rule, ...rest } = refusal
    const error = { status: 400, type: 'invalid_request_error', ...rest }
    const requestId = recorded(visit, { api, body, verdict: { status: 'refused', httpStatus: error.status, rule, message: error.message } })
    replyError({ response, protocol, requestId }, error)
  }
  if (unauthorized !== undefined) return refuse('none', unauthorized)
  const models = /^\/v1\/models(?:\/(.+))?$/.exec(path)
  const listed = models === null ? undefined : catalogue([...world.models.values()], request.headers, models[1])
  if (request.method === 'GET' && listed !== undefined) {
    recorded(visit, { api: 'models', body, verdict: { status: 'accepted' } })
    return replyJson(response, { status: 200, body: listed })
  }
  if (request.method === 'POST' && path === '/v1/messages/count_tokens') {
    const counted = countAnthropicTokens(body, world)
    if ('refusal' in counted) return refuse('count_tokens', counted.refusal)
    recorded(visit, { api: 'count_tokens', body, verdict: { status: 'accepted' } })
    return replyJson(response, { status: 200, body: { input_tokens: counted.tokens } })
  }
  const type = protocol.api === 'anthropic' ? 'not_found_error' : 'invalid_request_error'
  const message = `Unknown request URL: ${request.method ?? ''} ${path}. Known: POST ${[...generators.keys(), '/v1/messages/count_tokens'].join(', ')}; GET /v1/models.`
  return refuse('none', { rule: 'http.path', status: 404, type, message })
}
