/** A server on loopback that answers every request with the bytes of a test. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'

export type Got = { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer }

export interface Provider extends AsyncDisposable {
  readonly url: string
  readonly got: readonly Got[]
  /** How many connections were made. */
  readonly connections: number
}

export async function provider(answer: (response: ServerResponse, got: Got) => unknown): Promise<Provider> {
  const got: Got[] = []
  let connections = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const each = { url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) }
      got.push(each)
      answer(response, each)
    })
  })
  server.on('connection', () => (connections += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    got,
    get connections() {
      return connections
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

export const stream = (response: ServerResponse, text: string): unknown =>
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req_9' }).end(text)
