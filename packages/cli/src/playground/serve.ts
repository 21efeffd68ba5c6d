/** Serves the playground on loopback: pages for anybody, everything else for who holds the token. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { AgentError } from '@seamfold/core/kit'
import { isRefusedByBrowsers } from './refused-ports.ts'
import { checkHost, checkOrigin, checkToken } from './guard.ts'
import { listPages, servePage } from './pages.ts'
import { replyFailure, replyJson } from './reply.ts'
import { AgentProcesses } from './processes.ts'
import { findHandler, type Exchange } from './router.ts'
import { routesOf, type RouteOptions } from './routes.ts'
import type { Playground, PlaygroundAgent, PlaygroundOptions, PlaygroundProcesses } from './types.ts'

const defaultPort = 4848
const loopback = '127.0.0.1'

/** Whoever answers: an agent in this process, or one in a process of its own. */
interface Answering {
  answer(exchange: Omit<Exchange, 'id'>): Promise<unknown>
  close(): Promise<void>
}

type Surroundings = Omit<RouteOptions, 'playground'>

function here(playground: PlaygroundAgent, surroundings: Surroundings): Answering {
  const routes = routesOf({ playground, ...surroundings })
  return {
    answer(exchange) {
      const { handler, id } = findHandler(routes, exchange.request.method ?? 'GET', exchange.url.pathname)
      return handler({ ...exchange, id })
    },
    async close() {
      await playground.agent.close()
      await playground.close?.()
    },
  }
}

async function elsewhere(processes: PlaygroundProcesses, surroundings: Surroundings): Promise<Answering> {
  const agents = new AgentProcesses({ processes, ...surroundings })
  try {
    await agents.start()
    return agents
  } catch (error) {
    await agents.close()
    throw error
  }
}

type Site = {
  readonly answering: Answering
  readonly pages: ReadonlyMap<string, string>
  readonly token: string
  readonly port: () => number
}

async function answer({ answering, pages, token, port }: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  checkHost(request, port())
  const url = new URL(request.url ?? '/', `http://${loopback}`)
  if (!url.pathname.startsWith('/api/')) return servePage(pages, request, response)
  checkOrigin(request, port())
  checkToken(request, token)
  const reply = await answering.answer({ request, response, url })
  if (reply !== undefined) replyJson(response, 200, reply)
}

function checkPort(port: number): void {
  if (!isRefusedByBrowsers(port)) return
  throw new AgentError(
    'invalid_argument',
    `No browser opens a page at port ${port}: it is kept for something else. Choose another one with --port, or 0 for any free one.`,
  )
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, loopback)
  try {
    await once(server, 'listening')
  } catch (error) {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    const denied = error instanceof Error && 'code' in error && error.code === 'EACCES'
    const choose = 'choose one with --port, or 0 for any free one.'
    const why = inUse ? 'Another program uses that port' : denied ? 'This user may not use that port' : undefined
    const way = why === undefined ? String(error) : `${why}: ${choose}`
    throw new AgentError('invalid_argument', `The playground cannot listen on ${loopback}:${port}. ${way}`, { cause: error })
  }
  return (server.address() as AddressInfo).port
}

/** Start a playground. Throws `invalid_argument` when the port is taken, or one that no browser opens. */
export async function servePlayground(options: PlaygroundOptions): Promise<Playground> {
  const { token = randomBytes(32).toString('base64url'), maxBodyBytes = 8 * 1024 * 1024, heartbeatMs = 15_000 } = options
  checkPort(options.port ?? defaultPort)
  const closing = new AbortController()
  const opened = await options.open()
  const surroundings = { maxBodyBytes, heartbeatMs, signal: closing.signal, judgeModule: options.judgeModule }
  const answering = 'start' in opened ? await elsewhere(opened, surroundings) : here(opened, surroundings)
  const pages = await listPages(options.pages ?? fileURLToPath(new URL('./playground', import.meta.url)))
  let port = 0
  const site = { answering, pages, token, port: () => port }
  const server = createServer((request, response) => {
    answer(site, request, response).catch((error: unknown) => replyFailure(response, error))
  })
  try {
    port = await listen(server, options.port ?? defaultPort)
  } catch (error) {
    await answering.close()
    throw error
  }
  const shut = async (): Promise<void> => {
    closing.abort()
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
    await answering.close()
  }
  let closed: Promise<void> | undefined
  const origin = `http://${loopback}:${port}`
  return { url: `${origin}/#token=${token}`, origin, port, token, close: () => (closed ??= shut()) }
}
