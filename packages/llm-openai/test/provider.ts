/** A provider for tests: a server on loopback that plays what a test wrote, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Asked = {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
}

export type Play = (response: ServerResponse, asked: Asked) => void

export interface Provider {
  readonly baseURL: string
  readonly asked: readonly Asked[]
  /** How many connections were opened so far. */
  connections(): number
  /** Resolves when a client leaves an answer that was under way. */
  readonly left: Promise<void>
  close(): Promise<void>
}

export async function startProvider(play: Play): Promise<Provider> {
  const asked: Asked[] = []
  const left = Promise.withResolvers<void>()
  let connections = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    response.on('close', () => response.writableFinished || left.resolve())
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      asked.push({ path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text || '{}') as Asked['body'] })
      play(response, asked.at(-1)!)
    })
  })
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    connections: () => connections,
    left: left.promise,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Begin an event stream. */
export const openStream = (response: ServerResponse, headers: Record<string, string> = {}): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })

/** A play that streams this text and ends. */
export const streaming =
  (text: string, headers?: Record<string, string>): Play =>
  (response) =>
    void openStream(response, headers).end(text)

/** A play that refuses. */
export const refusing =
  (status: number, body: unknown, headers: Record<string, string> = {}): Play =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body))
