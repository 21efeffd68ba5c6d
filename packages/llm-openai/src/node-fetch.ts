/** A `fetch` over `node:http`: the same requests for about a quarter less CPU. */
import type { Agent as HttpAgent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import type { Readable } from 'node:stream'

export type NodeFetchOptions = {
  /** Connections to one host at a time, which are then its own. Default: no limit, and Node's global agents, shared with others. */
  readonly maxSockets?: number
}

/** What an answer is read through: the part of a web stream's reader that the adapters use. */
type Reader = {
  read(): Promise<{ readonly done: boolean; readonly value: Uint8Array | undefined }>
  cancel(reason?: unknown): Promise<void>
  releaseLock(): void
}

/**
 * What the adapter sends with on Node, unless `fetch` or `NODE_USE_ENV_PROXY` says otherwise. Connections are kept alive; an idle one
 * does not keep the process alive. Redirects are left to the global `fetch`.
 */
export function nodeFetch({ maxSockets }: NodeFetchOptions = {}): typeof fetch {
  const agents = new Map<string, HttpAgent | HttpsAgent>()
  const agentFor = (protocol: string, Agent: typeof HttpAgent | typeof HttpsAgent): HttpAgent | HttpsAgent | undefined => {
    if (maxSockets === undefined) return undefined
    const agent = agents.get(protocol) ?? new Agent({ keepAlive: true, maxSockets })
    agents.set(protocol, agent)
    return agent
  }
  const open = async (url: URL, options: RequestOptions): Promise<ClientRequest> => {
    const { Agent, request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
    return request(url, { ...options, agent: agentFor(url.protocol, Agent) })
  }
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input)
    init.signal?.throwIfAborted()
    const body = bodyOf(init.body)
    const headers: Record<string, string | number> = Object.fromEntries(new Headers(init.headers))
    if (body !== undefined) headers['content-length'] = body.byteLength
    const incoming = await send(await open(url, { method: init.method ?? 'GET', headers }), body, init.signal ?? undefined)
    if (incoming.headers.location === undefined || incoming.statusCode === 201) return answerOf(incoming, init.signal ?? undefined)
    incoming.resume()
    return fetch(input, init)
  }
}

type Body = NonNullable<RequestInit['body']>

function bodyOf(body: Body | null | undefined): Uint8Array | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return new TextEncoder().encode(body)
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
  throw new TypeError('nodeFetch sends texts and bytes; use the global fetch for other bodies')
}

/** Resolves with the head of the answer. The signal stops the request, and afterwards the reading of the answer. */
function send(request: ClientRequest, body: Uint8Array | undefined, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    const stop = (): void => {
      reject(signal?.reason as Error)
      // Without the reason: a connection that is on its way back to the agent has nobody who would listen to it.
      request.destroy()
    }
    if (signal?.aborted) return stop()
    signal?.addEventListener('abort', stop, { once: true })
    request.once('close', () => signal?.removeEventListener('abort', stop))
    request.once('response', resolve)
    request.end(body)
  })
}

/** Nothing is compressed unasked, but a gateway may do it all the same. */
async function plain(incoming: IncomingMessage): Promise<Readable> {
  // Whoever reads is told of an error by the read; an answer that nobody reads any more must not end the process.
  incoming.on('error', ignore)
  const encoding = incoming.headers['content-encoding']
  if (encoding === undefined || encoding === 'identity') return incoming
  const { createBrotliDecompress, createUnzip } = await import('node:zlib')
  const content = encoding === 'br' ? createBrotliDecompress() : createUnzip()
  content.on('error', ignore)
  incoming.on('error', (error) => content.destroy(error))
  content.once('close', () => incoming.destroy())
  return incoming.pipe(content)
}

const ignore = (): void => {}

/** A stream of events is read as it comes; anything else is read here, since it is short. */
async function answerOf(incoming: IncomingMessage, signal: AbortSignal | undefined): Promise<Response> {
  const status = incoming.statusCode ?? 0
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value) => [name, value] as [string, string]),
  )
  const rest = { status, statusText: incoming.statusMessage ?? '', headers }
  const content = await plain(incoming)
  const streams = incoming.headers['content-type']?.startsWith('text/event-stream') === true
  if (status >= 200 && status < 300 && streams) return new Response(bodyFrom(content, signal), rest)
  const chunks: Uint8Array[] = await content.toArray()
  return new Response(status === 204 || status === 304 ? null : Buffer.concat(chunks), rest)
}

/** A web stream like any other, whose reader is quicker: it asks `content` itself. */
function bodyFrom(content: Readable, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  const reader = readerOf(content, signal)
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value } = await reader.read()
        if (value === undefined) controller.close()
        else controller.enqueue(value)
      },
      cancel: () => reader.cancel(),
    },
    { highWaterMark: 0 },
  )
  return Object.assign(body, { getReader: () => reader })
}

function readerOf(content: Readable, signal: AbortSignal | undefined): Reader {
  const iterator: AsyncIterator<Uint8Array> = content[Symbol.asyncIterator]()
  return {
    async read() {
      const { done, value } = await iterator.next().catch((error: unknown) => {
        signal?.throwIfAborted()
        throw error
      })
      return { done: done === true, value: done === true ? undefined : value }
    },
    async cancel() {
      content.destroy()
    },
    releaseLock: () => {},
  }
}

/** What to send with where the caller says nothing: undefined leaves it to the SDK. */
export function usualFetch(): typeof fetch | undefined {
  const node = globalThis.process?.versions?.node
  return node === undefined || process.env.NODE_USE_ENV_PROXY !== undefined ? undefined : nodeFetch()
}
