/** Opens a connection to a worker and introduces the caller. */
import { orAborted } from '@seamfold/core/kit'
import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import { HANDSHAKE_MS } from '../defaults.ts'
import { closeCodes } from '../protocol/close-codes.ts'
import { parseWorkerFrame, protocolVersions, type Hello, type Welcome, type WorkerFrame } from '../protocol/frames.ts'
import { Wire, type Ending } from '../protocol/wire.ts'
import type { Settings } from './options.ts'

/** A connection whose worker has said welcome. */
export type Connection = {
  readonly wire: Wire<WorkerFrame>
  readonly welcome: Welcome
  /** Whether the open connection keeps this process alive. */
  hold(busy: boolean): void
}

/** No connection. `final` when trying again cannot help; `refused` when the machine is there and nobody listens on it. */
export class ConnectFailure extends Error {
  readonly final: boolean
  readonly refused: boolean

  constructor(message: string, final: boolean, refused = false) {
    super(message)
    this.name = 'ConnectFailure'
    this.final = final
    this.refused = refused
  }
}

/** Answers that will be the same next time. */
const FINAL_STATUS: ReadonlySet<number> = new Set([400, 401, 403, 404, 426])
const FINAL_CODES: ReadonlySet<number> = new Set([closeCodes.version, closeCodes.malformed, closeCodes.closing])

/** One attempt. Rejects with a `ConnectFailure`, or with the signal's reason. */
export async function connect(settings: Settings, resume: Hello['resume'], signal: AbortSignal): Promise<Connection> {
  signal.throwIfAborted()
  const socket = new WebSocket(settings.url, {
    ...settings.tls,
    headers: settings.headers,
    maxPayload: settings.maxMessageBytes,
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_MS,
  })
  const abort = (): void => socket.terminate()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await orAborted(introduce(socket, settings, resume), signal)
  } catch (error) {
    socket.terminate()
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

async function introduce(socket: WebSocket, settings: Settings, resume: Hello['resume']): Promise<Connection> {
  const { clock } = settings.system
  const wire = new Wire(socket, { clock, parse: parseWorkerFrame, heartbeatMs: settings.heartbeatMs })
  const transport = await opened(socket)
  const hello: Hello = { type: 'hello', versions: protocolVersions, maxMessageBytes: settings.maxMessageBytes, ...(resume && { resume }) }
  wire.send(JSON.stringify(hello))
  const welcome = await welcomed(wire, clock.timer)
  const hold = (busy: boolean): void => void (busy ? transport?.ref() : transport?.unref())
  return { wire, welcome, hold }
}

/** The network socket beneath, once it is open. */
function opened(socket: WebSocket): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    let transport: Socket | undefined
    socket.once('upgrade', (response) => {
      transport = response.socket
    })
    socket.once('open', () => resolve(transport))
    socket.once('error', (error) =>
      reject(new ConnectFailure(error.message === '' ? describe(error) : error.message, false, isRefusal(error))),
    )
    socket.once('unexpected-response', (_request, response) => {
      const status = response.statusCode ?? 0
      const words = `the worker answered ${status} ${response.statusMessage ?? ''}`.trim()
      response.resume()
      reject(new ConnectFailure(status === 401 ? `${words}: check the token` : words, FINAL_STATUS.has(status)))
    })
  })
}

/** A connection that was refused on several addresses has its words inside. */
function describe(error: Error): string {
  if (error instanceof AggregateError)
    return error.errors.map((each: unknown) => (each instanceof Error ? each.message : String(each))).join(', ')
  return error.name
}

const isRefusal = (error: Error & { readonly code?: unknown }): boolean =>
  error instanceof AggregateError ? error.errors.every(isRefusal) : error.code === 'ECONNREFUSED'

function welcomed(wire: Wire<WorkerFrame>, timer: Settings['system']['clock']['timer']): Promise<Welcome> {
  return new Promise((resolve, reject) => {
    const stop = timer(HANDSHAKE_MS, () => reject(new ConnectFailure(`no welcome within ${HANDSHAKE_MS} ms`, false)))
    const fail = ({ code, reason }: Ending): void => {
      stop()
      reject(new ConnectFailure(reason, FINAL_CODES.has(code)))
    }
    void wire.ended.then(fail)
    wire.listen(([first]) => {
      stop()
      wire.listen(undefined)
      if (first?.type === 'welcome' && protocolVersions.includes(first.version)) return resolve(first)
      const found = first?.type === 'welcome' ? `version ${first.version}` : `a frame of type ${String(first?.type)}`
      reject(new ConnectFailure(`the worker began with ${found}, not with a welcome of version ${protocolVersions.join(' or ')}`, true))
    })
  })
}
