/** Writes whole JSON answers and errors. */
import type { ServerResponse } from 'node:http'
import type { FailureTurn } from '../model/turn.ts'
import type { Protocol, ProviderError } from '../protocol/protocol.ts'

type Whole = { readonly status: number; readonly body: object; readonly headers?: Readonly<Record<string, string>> }

export function replyJson(response: ServerResponse, { status, body, headers = {} }: Whole): void {
  const text = Buffer.from(JSON.stringify(body))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': String(text.length), ...headers })
  response.end(text)
}

export type Replying = { readonly response: ServerResponse; readonly protocol: Protocol; readonly requestId: string }

export function replyError(
  { response, protocol, requestId }: Replying,
  error: ProviderError,
  headers: Readonly<Record<string, string>> = {},
): void {
  replyJson(response, {
    status: error.status,
    body: protocol.errorBody(error, requestId),
    headers: { [protocol.requestIdHeader]: requestId, ...headers },
  })
}

/** The failure that a scenario asked for. */
export function replyFailure(replying: Replying, turn: FailureTurn): ProviderError {
  const { response, protocol, requestId } = replying
  const error = protocol.failure(turn)
  const { retryAfter } = turn
  const wait =
    retryAfter === undefined ? {} : { 'retry-after': typeof retryAfter === 'number' ? String(retryAfter) : retryAfter.toUTCString() }
  const headers = { ...wait, ...turn.headers }
  if (error.status === 0) response.socket?.destroy()
  else if (turn.body === undefined) replyError(replying, error, headers)
  else {
    response.writeHead(error.status, { 'content-type': 'text/html', [protocol.requestIdHeader]: requestId, ...headers })
    response.end(turn.body)
  }
  return error
}
