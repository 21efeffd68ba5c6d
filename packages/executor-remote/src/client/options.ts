/** What a caller may say about its worker, and the checks that are made before anything is sent. */
import { AgentError, systemHost, type Host } from '@seamfold/core/kit'
import type { ConnectionOptions } from 'node:tls'
import {
  assertGrace,
  assertMessageBytes,
  assertPositive,
  HANDSHAKE_MS,
  HEARTBEAT_MS,
  isLoopback,
  isToken,
  MAX_BUFFER_BYTES,
  MAX_MESSAGE_BYTES,
} from '../defaults.ts'

/** The parts of TLS that a caller may set: its own authorities, its certificate, or a check of the worker's. */
export type TlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'checkServerIdentity' | 'rejectUnauthorized'>

export interface RemoteExecutorOptions {
  /** `ws://…` or `wss://…`. */
  readonly url: string
  /** Sent as `Authorization: Bearer …`. Refused over `ws://` to another machine unless `allowCleartext`. */
  readonly token?: string
  /** Further headers of the request that opens a connection. */
  readonly headers?: Readonly<Record<string, string>>
  readonly tls?: TlsOptions
  /** Send the token although anyone on the way can read it. Default: false. */
  readonly allowCleartext?: boolean
  /** Default: what the worker says that it runs at once, and 8 until it said so. */
  readonly concurrencyHint?: number
  /** Milliseconds to wait for a worker that cannot be reached, when a step needs it. Default: 10,000. */
  readonly connectMs?: number
  /** Milliseconds to restore a lost connection, at most as many as the worker keeps the session. Default: as many. */
  readonly graceMs?: number
  /** Milliseconds between signs of life; a connection without any for twice as long is cut. Default: 15,000. */
  readonly heartbeatMs?: number
  /** Bytes of one message that are read at most. Default: 16 MiB. */
  readonly maxMessageBytes?: number
  /** Bytes of steps that the worker has not taken yet; further steps wait. Default: 16 MiB. */
  readonly maxBufferBytes?: number
  /** Time, ids and randomness. Default: the system's. */
  readonly system?: Host
}

export type Settings = Required<Omit<RemoteExecutorOptions, 'token' | 'concurrencyHint' | 'graceMs'>> &
  Pick<RemoteExecutorOptions, 'concurrencyHint' | 'graceMs'> & {
    /** The URL as it is told in words: without its query, which may hold a secret. */
    readonly address: string
  }

/** The options with their defaults. Throws `invalid_argument` on a URL that cannot work or a token that would travel in the clear. */
export function settingsOf(options: RemoteExecutorOptions): Settings {
  const { token, ...rest } = options
  const { concurrencyHint, connectMs, heartbeatMs, maxBufferBytes } = options
  assertPositive({ concurrencyHint, connectMs, heartbeatMs, maxBufferBytes })
  assertMessageBytes(options.maxMessageBytes)
  assertGrace(options.graceMs)
  const url = urlOf(options.url)
  const secret = token !== undefined || Object.keys(options.headers ?? {}).some((name) => name.toLowerCase() === 'authorization')
  if (token === '') throw new AgentError('invalid_argument', 'The token is empty: give the one that the worker asks for, or leave it out')
  if (token !== undefined && !isToken(token)) {
    throw new AgentError('invalid_argument', 'The token is no text that fits into a header: give printable ASCII characters without spaces')
  }
  if (secret && url.protocol === 'ws:' && !isLoopback(url.hostname) && options.allowCleartext !== true) {
    const wayOut = 'use wss://, or set allowCleartext where the network between is your own'
    throw new AgentError('invalid_argument', `The token for ${withoutQuery(options.url)} would travel in the clear: ${wayOut}`)
  }
  return {
    tls: {},
    allowCleartext: false,
    connectMs: HANDSHAKE_MS,
    heartbeatMs: HEARTBEAT_MS,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    maxBufferBytes: MAX_BUFFER_BYTES,
    system: systemHost(),
    ...rest,
    address: withoutQuery(options.url),
    headers: token === undefined ? { ...options.headers } : { ...options.headers, authorization: `Bearer ${token}` },
  }
}

const withoutQuery = (url: string): string => url.replace(/\?.*$/s, '')

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'ws:' && url.protocol !== 'wss:')) {
    const shown = typeof text === 'string' ? withoutQuery(text).replace(/\/\/[^/]*@/, '//') : text
    throw new AgentError('invalid_argument', `The url of a worker starts with ws:// or wss://, not ${JSON.stringify(shown)}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new AgentError('invalid_argument', `The url of the worker at ${url.host} holds a name or a password: give a token, or headers`)
  }
  if (url.hash !== '')
    throw new AgentError('invalid_argument', `The url of a worker ends before #, unlike ${JSON.stringify(withoutQuery(text))}`)
  return url
}
