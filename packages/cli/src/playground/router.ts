/** Finds the handler of a request by method and path. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { RequestFailure } from './failure.ts'

export type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  /** What stands in the path for `:id`; empty where the path has none. */
  readonly id: string
}

/** What the handler returns is sent as JSON; `undefined` means that it has answered by itself. */
export type Handler = (exchange: Exchange) => Promise<unknown>

/** Keys are `METHOD /path`, where one segment may be `:id`. */
export type Routes = Readonly<Record<string, Handler>>

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    // A stray percent sign: the raw text names no session, and the answer says so.
    return segment
  }
}

function matchPath(pattern: string, path: string): string | undefined {
  const expected = pattern.split('/')
  const given = path.split('/')
  if (expected.length !== given.length) return undefined
  let id = ''
  for (const [index, segment] of expected.entries()) {
    if (segment === ':id') id = decode(given[index] ?? '')
    else if (segment !== given[index]) return undefined
  }
  return id
}

/** The handler for this method and path. Throws when there is none. */
export function findHandler(routes: Routes, method: string, path: string): { readonly handler: Handler; readonly id: string } {
  const allowed: string[] = []
  for (const [route, handler] of Object.entries(routes)) {
    const [routeMethod = '', pattern = ''] = route.split(' ')
    const id = matchPath(pattern, path)
    if (id === undefined) continue
    if (routeMethod === method) return { handler, id }
    allowed.push(routeMethod)
  }
  if (allowed.length === 0) throw new RequestFailure(404, 'not_found', `There is no route ${path}.`)
  throw new RequestFailure(405, 'method_not_allowed', `${path} takes ${allowed.join(' and ')}, not ${method}.`)
}

export function isRoute(routes: Routes, method: string, path: string): boolean {
  return Object.keys(routes).some((route) => {
    const [routeMethod = '', pattern = ''] = route.split(' ')
    return routeMethod === method && matchPath(pattern, path) !== undefined
  })
}
