/** Serves the playground on loopback: pages for anybody, everything else for who holds the token. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { AgentError } from '@seamfold/core/kit'
import { checkHost, checkOrigin, checkToken } from './guard.ts'
import { listPages, servePage } from './pages.ts'
import { replyFailure, replyJson } from './reply.ts'
import { findHandler, type Routes } from './router.ts'
import { routesOf } from './routes.ts'
import type { Playground, PlaygroundOptions } from './types.ts'

const defaultPort = 4848
const loopback = '127.0.0.1'

type Site = { readonly routes: Routes; readonly pages: ReadonlyMap<string, string>; readonly token: string; readonly port: () => number }

async function answer({ routes, pages, token, port }: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  checkHost(request, port())
  const url = new URL(request.url ?? '/', `http://${loopback}`)
  if (!url.pathname.startsWith('/api/')) return servePage(pages, request, response)
  checkOrigin(request, port())
  checkToken(request, token)
  const { handler, id } = findHandler(routes, request.method ?? 'GET', url.pathname)
  const reply = await handler({ request, response, url, id })
  if (reply !== undefined) replyJson(response, 200, reply)
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, loopback)
  try {
    await once(server, 'listening')
  } catch (error) {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    const way = inUse ? 'Another program uses that port: choose one with --port, or 0 for any free one.' : String(error)
    throw new AgentError('invalid_argument', `The playground cannot listen on ${loopback}:${port}. ${way}`, { cause: error })
  }
  return (server.address() as AddressInfo).port
}

/** Start a playground. Throws `invalid_argument` when the port is taken. */
export async function servePlayground(options: PlaygroundOptions): Promise<Playground> {
  const { token = randomBytes(32).toString('base64url'), maxBodyBytes = 8 * 1024 * 1024, heartbeatMs = 15_000 } = options
  const closing = new AbortController()
  const playground = await options.open()
  const routes = routesOf({ playground, maxBodyBytes, heartbeatMs, signal: closing.signal })
  const pages = await listPages(options.pages ?? fileURLToPath(new URL('./playground', import.meta.url)))
  let port = 0
  const site = { routes, pages, token, port: () => port }
  const server = createServer((request, response) => {
    answer(site, request, response).catch((error: unknown) => replyFailure(response, error))
  })
  const release = async (): Promise<void> => {
    await playground.agent.close()
    await playground.close?.()
  }
  try {
    port = await listen(server, options.port ?? defaultPort)
  } catch (error) {
    await release()
    throw error
  }
  const shut = async (): Promise<void> => {
    closing.abort()
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
    await release()
  }
  let closed: Promise<void> | undefined
  const origin = `http://${loopback}:${port}`
  return { url: `${origin}/#token=${token}`, origin, port, token, close: () => (closed ??= shut()) }
}
