/** What may be said about serving an executor, and the checks that are made before anything listens. */
import { AgentError, systemHost, type Host } from '@seamfold/core/kit'
import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer, ServerOptions as TlsServerOptions } from 'node:https'
import {
  assertGrace,
  assertMessageBytes,
  assertPositive,
  assertTexts,
  HANDSHAKE_MS,
  HEARTBEAT_MS,
  isLoopback,
  isToken,
  MAX_BUFFER_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_QUEUED_BYTES,
} from '../defaults.ts'
import { tokenAuthenticator, type Authenticate } from './authenticate.ts'

export interface ServeOptions {
  /** 0 takes a free one. Default: 0. */
  readonly port?: number
  /** The address to listen on. Default: `127.0.0.1`, which only this machine reaches. */
  readonly host?: string
  /** Serve on this server instead of an own one. It is neither started nor stopped here, and TLS and header limits are its own. */
  readonly server?: HttpServer | HttpsServer
  /** Certificate and key for an own server: callers then use `wss://`. */
  readonly tls?: TlsServerOptions
  /** The path of the URL. Default: `/`. */
  readonly path?: string
  /** What callers must present; several while one replaces another. */
  readonly token?: string | readonly string[]
  /** Decides instead of `token`. */
  readonly authenticate?: Authenticate
  /** Web origins that may connect from a browser. Default: none. */
  readonly origins?: readonly string[]
  /** How many steps run at once. Default: the executor's `concurrencyHint`, or 8. */
  readonly capacity?: number
  /** How many steps may wait for a place; more are refused without being started. Default: 10,000. */
  readonly maxQueued?: number
  /** Bytes of steps that may wait for a place; more are refused without being started. Default: 256 MiB. */
  readonly maxQueuedBytes?: number
  /** What this worker can do, for placement: machines, programs, … Default: none. */
  readonly labels?: readonly string[]
  /** The agents that it runs, for placement. Default: any. */
  readonly agents?: readonly string[]
  /**
   * The name of the journal in which the executor finds a step again by its `taskId`, as `agent.executor()` does with a durable
   * store. A step that was lost is then asked for again, from this worker or from any that gives the same name. Default: none.
   */
  readonly journal?: string
  /** Milliseconds that the steps of a lost connection go on and wait for it. Default: 30,000. */
  readonly graceMs?: number
  /** Milliseconds between signs of life; a connection without any for twice as long is cut. Default: 15,000. */
  readonly heartbeatMs?: number
  /** Milliseconds for a caller to introduce itself. Default: 10,000. */
  readonly handshakeMs?: number
  /** Bytes of one message that are read at most. Default: 16 MiB. */
  readonly maxMessageBytes?: number
  /** Bytes kept for a caller that does not read. From half on live events are left out; beyond it the step fails. Default: 16 MiB. */
  readonly maxBufferBytes?: number
  /** Frames that are read in a second from one connection; more wait in the network. Default: 100,000. */
  readonly maxFramesPerSecond?: number
  /** Connections at once. Default: 1,000. */
  readonly maxConnections?: number
  /** Time, ids and randomness. Default: the system's. */
  readonly system?: Host
}

type Defaulted = Required<Omit<ServeOptions, 'token' | 'authenticate' | 'server' | 'tls' | 'capacity' | 'agents' | 'journal'>>

export type ServeSettings = Defaulted &
  Pick<ServeOptions, 'server' | 'tls' | 'agents' | 'journal'> & { readonly authenticate: Authenticate; readonly capacity: number }

/** The options with their defaults. Throws `invalid_argument` rather than serve strangers. */
export function serveSettings(options: ServeOptions, concurrencyHint = 8): ServeSettings {
  const { token: _token, ...rest } = options
  const { capacity, maxQueued, maxQueuedBytes, heartbeatMs, handshakeMs, maxBufferBytes, maxFramesPerSecond, maxConnections } = options
  assertPositive({ capacity, maxQueued, maxQueuedBytes, heartbeatMs, handshakeMs, maxBufferBytes, maxFramesPerSecond, maxConnections })
  assertMessageBytes(options.maxMessageBytes)
  assertGrace(options.graceMs)
  assertTexts({ labels: options.labels, agents: options.agents, origins: options.origins })
  assertPlace(options)
  const host = options.host ?? '127.0.0.1'
  if (options.server !== undefined && (options.port !== undefined || options.tls !== undefined || options.host !== undefined)) {
    throw new AgentError('invalid_argument', 'Pass either a server or host, port and tls: a server that is passed has its own')
  }
  return {
    port: 0,
    path: '/',
    origins: [],
    maxQueued: 10_000,
    maxQueuedBytes: MAX_QUEUED_BYTES,
    labels: [],
    graceMs: 30_000,
    heartbeatMs: HEARTBEAT_MS,
    handshakeMs: HANDSHAKE_MS,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    maxBufferBytes: MAX_BUFFER_BYTES,
    maxFramesPerSecond: 100_000,
    maxConnections: 1000,
    system: systemHost(),
    capacity: concurrencyHint,
    ...rest,
    host,
    authenticate: authenticator(options, options.server === undefined && isLoopback(host)),
  }
}

/** Throws `invalid_argument` for what no caller could reach, or find again. */
function assertPlace({ journal, path, port }: ServeOptions): void {
  if (journal !== undefined && (typeof journal !== 'string' || journal === '' || journal.length > 200)) {
    throw new AgentError(
      'invalid_argument',
      'The name of a journal has 1 to 200 characters: give the same one to all workers that share it',
    )
  }
  if (path !== undefined && !/^\/[^?#\s]*$/.test(path)) {
    throw new AgentError('invalid_argument', `path is ${JSON.stringify(path)}: it begins with /, and has no ?, # or space`)
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new AgentError('invalid_argument', `port is ${port}: give a whole number from 0 to 65535`)
  }
}

function authenticator({ token, authenticate, host }: ServeOptions, onlyThisMachine: boolean): Authenticate {
  if (typeof authenticate === 'function') return authenticate
  if (authenticate !== undefined) throw new AgentError('invalid_argument', 'authenticate is no function: give one, or leave it out')
  const tokens = token === undefined ? undefined : [token].flat()
  if (tokens?.includes('')) throw new AgentError('invalid_argument', 'A token is empty: give one that cannot be guessed, or leave it out')
  if (tokens?.some((each) => !isToken(each))) {
    throw new AgentError('invalid_argument', 'A token is no text that fits into a header: give printable ASCII characters without spaces')
  }
  if (tokens?.length === 0)
    throw new AgentError('invalid_argument', 'The list of tokens is empty, so nobody could connect: give one, or leave it out')
  if (tokens !== undefined) return tokenAuthenticator(tokens)
  if (onlyThisMachine) return () => 'anyone on this machine'
  const where = host === undefined ? 'a server that others may reach' : `${host}, which others may reach,`
  throw new AgentError(
    'invalid_argument',
    `Serving on ${where} needs a token or authenticate: without one anybody could run steps. Give one, or listen on 127.0.0.1`,
  )
}
