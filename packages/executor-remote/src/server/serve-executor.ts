/** `serveExecutor(executor, { port, token })`: lets callers at the other end of a WebSocket run steps here. */
import { AgentError, guardedExecutor, toMessage, type AgentExecutor } from '@seamfold/core/kit'
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from 'node:http'
import { createServer as createHttpsServer, Server as HttpsServer, type ServerOptions as TlsServerOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { parseCallerFrame } from '../protocol/frames.ts'
import { Wire } from '../protocol/wire.ts'
import { isOurs, judge, refuse } from './gate.ts'
import { serveSettings, type ServeOptions, type ServeSettings } from './options.ts'
import { Sessions } from './sessions.ts'

export interface Serving {
  /** Where callers on this machine reach it; of a server that was passed, once that listens. */
  readonly url: string
  /** Steps that run or wait now. */
  readonly steps: number
  /** Takes no new steps; resolves when those under way are done and their outcomes have arrived. Rejects with the signal's reason. */
  drain(options?: { readonly signal?: AbortSignal }): Promise<void>
  /** Stops every step and breaks off; `drain` first to let them end. They are left where they stand. Idempotent. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Serves any executor. Resolves once it listens.
 * Throws `invalid_argument` when others could reach it without authentication, for options that cannot work, and when it cannot
 * listen there.
 */
export async function serveExecutor(executor: AgentExecutor, options: ServeOptions = {}): Promise<Serving> {
  const settings = serveSettings(options, guardedExecutor(executor).concurrencyHint)
  const sessions = new Sessions(executor, settings)
  const server = settings.server ?? ownServer(settings)
  const sockets = settings.server === undefined ? socketsOf(server) : new Set<Socket>()
  const gate = openGate(settings, sessions)
  server.on('upgrade', gate.upgrade)
  if (settings.server === undefined) await listen(server, settings)
  let url = urlOf(server, settings)
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    closed ??= (async () => {
      server.off('upgrade', gate.upgrade)
      sessions.close()
      await gate.close()
      if (settings.server === undefined) await stop(server, sockets)
    })()
    return closed
  }
  return {
    get url() {
      url = server.listening ? urlOf(server, settings) : url
      return url
    },
    get steps() {
      return sessions.steps
    },
    drain: ({ signal } = {}) => sessions.drain(signal),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Turns requests into connections of callers that are known. */
function openGate(settings: ServeSettings, sessions: Sessions): { upgrade: Upgrade; close(): Promise<void> } {
  const { maxMessageBytes, maxConnections, heartbeatMs, maxFramesPerSecond } = settings
  const { clock } = settings.system
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false, clientTracking: false })
  const open = new Set<Promise<unknown>>()
  let count = 0
  let closed = false

  const admit = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const verdict = await judge(request, settings)
    if ('status' in verdict) return refuse(socket, verdict.status, verdict.words)
    if (closed) return refuse(socket, 503, 'This worker is closing')
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const wire = new Wire(webSocket, { clock, parse: parseCallerFrame, heartbeatMs, maxFramesPerSecond })
      open.add(wire.ended)
      void wire.ended.then(() => open.delete(wire.ended))
      sessions.welcome(wire, verdict.identity)
    })
  }
  // On a server that was passed somebody else may answer; where nobody is, the caller would wait for ever.
  const othersTake = (): boolean => (settings.server?.listenerCount('upgrade') ?? 0) > 1
  const upgrade: Upgrade = (request, socket, head) => {
    if (!isOurs(request, settings.path) && othersTake()) return
    socket.on('error', () => socket.destroy()) // before anything is written: without it, a caller that hangs up ends the process
    if (!isOurs(request, settings.path)) return refuse(socket, 404, 'Nothing is served here')
    if (count >= maxConnections) return refuse(socket, 503, `This worker has ${count} connections and takes no more`)
    count += 1
    socket.once('close', () => (count -= 1))
    void admit(request, socket, head)
  }
  return {
    upgrade,
    async close() {
      closed = true
      webSockets.close()
      await Promise.all(open)
    },
  }
}

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

function ownServer({ tls, handshakeMs, maxConnections }: ServeSettings): HttpServer {
  const limits = { headersTimeout: handshakeMs, requestTimeout: handshakeMs, connectionsCheckingInterval: 1000, maxHeaderSize: 16_384 }
  const server = tls === undefined ? createHttpServer(limits) : secureServer({ ...limits, handshakeTimeout: handshakeMs, ...tls })
  server.maxConnections = maxConnections + 16
  server.on('request', (_request, response) => {
    response.writeHead(426, { connection: 'close', upgrade: 'websocket', 'content-type': 'text/plain; charset=utf-8' })
    response.end('This is a Seamfold worker: connect with a WebSocket')
  })
  return server
}

function secureServer(options: TlsServerOptions): HttpsServer {
  const { cert, pfx, SNICallback, pskCallback } = options
  if ([cert, pfx, SNICallback, pskCallback].every((each) => each === undefined)) {
    throw new AgentError('invalid_argument', 'tls has no certificate, so nobody could connect: give cert and key, or pfx')
  }
  try {
    return createHttpsServer(options)
  } catch (cause) {
    throw new AgentError('invalid_argument', `tls cannot be used: ${toMessage(cause)}`, { cause })
  }
}

function listen(server: HttpServer, { host, port }: ServeSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(new AgentError('invalid_argument', `Cannot listen on ${host} port ${port}: ${toMessage(error)}`, { cause: error }))
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      resolve()
    })
  })
}

/** Every connection there is, also those that have not agreed on their encryption or said what they want. */
function socketsOf(server: HttpServer): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return sockets
}

function stop(server: HttpServer, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const socket of sockets) socket.destroy()
  })
}

function urlOf(server: HttpServer, { path, host }: ServeSettings): string {
  const address = server.address()
  if (address === null || typeof address === 'string') return `ws://unix${path}`
  const everywhere = address.address === '::' || address.address === '0.0.0.0'
  const name = everywhere ? 'localhost' : address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `${server instanceof HttpsServer ? 'wss' : 'ws'}://${host === 'localhost' ? 'localhost' : name}:${address.port}${path}`
}
