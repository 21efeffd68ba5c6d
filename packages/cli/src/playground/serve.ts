/** Serves the playground on loopback: pages for anybody, everything else for who holds the token. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { checkHost, checkOrigin, checkToken } from './guard.ts'
import { listen, loopback } from './listening.ts'
import { listPages, servePage } from './pages.ts'
import { replyFailure, replyJson } from './reply.ts'
import { AgentProcesses } from './processes.ts'
import { findHandler, type Exchange } from './router.ts'
import { routesOf, type RouteOptions } from './routes.ts'
import type { Playground, PlaygroundAgent, PlaygroundOptions, PlaygroundProcesses } from './types.ts'

const defaultPort = 4848

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
  /** Who comes before it is there waits for it. */
  readonly answering: Promise<Answering>
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
  const reply = await (await answering).answer({ request, response, url })
  if (reply !== undefined) replyJson(response, 200, reply)
}

/** Start a playground. Throws `invalid_argument` when the port is taken, or one that no browser opens: nothing is opened then. */
export async function servePlayground(options: PlaygroundOptions): Promise<Playground> {
  const { token = randomBytes(32).toString('base64url'), maxBodyBytes = 8 * 1024 * 1024, heartbeatMs = 15_000 } = options
  const pages = await listPages(options.pages ?? fileURLToPath(new URL('./playground', import.meta.url)))
  const closing = new AbortController()
  const opening = Promise.withResolvers<Answering>()
  let port = 0
  const site = { answering: opening.promise, pages, token, port: () => port }
  const server = createServer((request, response) => {
    answer(site, request, response).catch((error: unknown) => replyFailure(response, error))
  })
  const leave = async (): Promise<void> => {
    closing.abort()
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  port = await listen(server, options.port ?? defaultPort)
  const answering = await open(options, { maxBodyBytes, heartbeatMs, signal: closing.signal, judgeModule: options.judgeModule }).catch(
    async (error: unknown) => {
      await leave()
      throw error
    },
  )
  opening.resolve(answering)
  const shut = async (): Promise<void> => {
    await leave()
    await answering.close()
  }
  let closed: Promise<void> | undefined
  const origin = `http://${loopback}:${port}`
  return { url: `${origin}/#token=${token}`, origin, port, token, close: () => (closed ??= shut()) }
}

async function open(options: PlaygroundOptions, surroundings: Surroundings): Promise<Answering> {
  const opened = await options.open()
  return 'start' in opened ? elsewhere(opened, surroundings) : here(opened, surroundings)
}
