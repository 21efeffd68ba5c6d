/** The only way out of a sandbox that may reach some hosts: a proxy that sees which host is asked for, and nothing of what is said over TLS. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { lookup } from 'node:dns'
import type { Duplex } from 'node:stream'
import { publicLookup, type Resolve } from '../web/public-address.ts'
import { isAllowedHost } from './host-rules.ts'

const CONNECT_MS = 30_000

/** One for each command. */
export interface HostProxy {
  /** Hosts that were asked for and are not allowed, as `host:port`. */
  readonly refused: ReadonlySet<string>
  close(): void
}

type Target = { readonly host: string; readonly port: number }

/** Listens on a socket of the file system. A name that leads into this machine's own network is not followed, unless it is an address that was named. */
export async function openHostProxy(path: string, hosts: readonly string[], resolve?: Resolve): Promise<HostProxy> {
  const reach = ({ host, port }: Target): Socket =>
    connect({ host, port, ...(isIP(host) === 0 ? { lookup: lookupFor(host, resolve) } : {}) })
  const refused = new Set<string>()
  const open = new Set<Duplex>()
  const keep = (socket: Duplex): void => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    // Either side may leave at any moment; the other is told by `pipe`.
    socket.on('error', () => socket.destroy())
  }
  const refuse = ({ host, port }: Target): boolean => {
    if (isAllowedHost(hosts, host, port)) return false
    refused.add(`${host}:${port}`)
    return true
  }
  const server = createServer((asked, answer) => forward(asked, answer, { refuse, reach }))
  server.on('connection', keep)
  server.on('connect', (asked, client: Duplex, head: Buffer) => {
    const target = targetOf(`http://${asked.url ?? ''}`)
    if (target === undefined || refuse(target)) return void client.end(refusal(asked.url ?? ''))
    const far = reach(target)
    keep(far)
    far.setTimeout(CONNECT_MS, () => (far.connecting ? far.destroy() : undefined))
    far.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      far.write(head)
      far.pipe(client).pipe(far)
    })
    far.once('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
    client.once('close', () => far.destroy())
  })
  await new Promise<void>((listening, failed) => void server.once('error', failed).listen(path, listening))
  const close = (): void => {
    server.close()
    for (const socket of open) socket.destroy()
  }
  return { refused, close }
}

const refusal = (host: string): string =>
  `HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nX-Sandbox: ${encodeURIComponent(host)} is not allowed\r\n\r\n`

function targetOf(url: string): Target | undefined {
  if (!URL.canParse(url)) return undefined
  const { hostname, port, protocol } = new URL(url)
  // The address of a CONNECT always names its port; that of a plain request only an unusual one.
  return protocol === 'http:' ? { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? 80 : Number(port) } : undefined
}

/** Only an address that was allowed by itself may be private; what a name leads to must be public. */
const lookupFor = (host: string, resolve?: Resolve): LookupFunction => (host === 'localhost' ? lookup : publicLookup(resolve))

type Rules = { refuse(target: Target): boolean; reach(target: Target): Socket }

/** A plain request through a proxy names the whole address. */
function forward(asked: IncomingMessage, answer: ServerResponse, { refuse, reach }: Rules): void {
  const target = targetOf(asked.url ?? '')
  if (target === undefined || refuse(target)) {
    answer.writeHead(403, { 'Content-Type': 'text/plain' }).end(`The sandbox does not allow the host of ${asked.url ?? ''}\n`)
    return
  }
  const { 'proxy-connection': _, 'proxy-authorization': __, ...headers } = asked.headers
  const url = new URL(asked.url ?? '')
  const far = request(
    {
      method: asked.method,
      headers: { ...headers, host: url.host },
      path: `${url.pathname}${url.search}`,
      createConnection: () => reach(target),
    },
    (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.rawHeaders)
      reply.pipe(answer)
    },
  )
  far.once('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()))
  answer.once('close', () => far.destroy())
  asked.pipe(far)
}
