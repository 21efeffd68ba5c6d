/** Decides at the HTTP request whether it may become a connection. */
import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { bearerToken } from './authenticate.ts'
import type { ServeSettings } from './options.ts'

export type Verdict = { readonly identity: string } | { readonly status: number; readonly words: string }

/** Whether the request is for us at all. */
export const isOurs = (request: IncomingMessage, path: string): boolean => (request.url ?? '/').split('?')[0] === path

/** Never rejects: an `authenticate` that throws or takes too long refuses. */
export async function judge(request: IncomingMessage, settings: ServeSettings): Promise<Verdict> {
  const { origin, authorization } = request.headers
  if (origin !== undefined && !settings.origins.includes(origin)) return { status: 403, words: 'This web origin may not connect' }
  const presented = {
    token: bearerToken(authorization),
    headers: request.headers,
    url: request.url ?? '/',
    remoteAddress: request.socket.remoteAddress,
  }
  try {
    const identity: unknown = await inTime(settings.authenticate(presented), settings)
    if (typeof identity === 'string' && identity !== '') return { identity }
    // What is not typed may answer with null or false, and means: no. Anything else is no name, and lets nobody in either.
    if (!identity) return { status: 401, words: 'The token is missing or wrong' }
  } catch {
    // Told below: the words of an error may hold what was presented.
  }
  return { status: 503, words: 'Callers cannot be told apart now' }
}

/** An answer without becoming a connection. It does not wait for the other end to close too: that would hold a place for ever. */
export function refuse(socket: Duplex, status: number, words: string): void {
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, 'connection: close', 'content-type: text/plain; charset=utf-8']
  if (status === 401) head.push('www-authenticate: Bearer')
  socket.once('finish', () => socket.destroy())
  socket.end(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(words)}\r\n\r\n${words}`)
}

async function inTime<T>(answer: Promise<T> | T, { handshakeMs, system }: ServeSettings): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = system.clock.timer(handshakeMs, () => reject(new Error(`authenticate took more than ${handshakeMs} ms`)))
    void Promise.resolve(answer).then(resolve, reject).finally(stop)
  })
}
