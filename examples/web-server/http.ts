/** The small part of a web server that both processes need: routes, bodies that are checked, and an answer whatever goes wrong. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isAgentError } from '@seamfold/core'
import type { z } from 'zod'

/** A request with the parts of its path that the pattern names. */
export type Call = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly parts: Readonly<Record<string, string>>
}

/** What goes back: JSON with a status, or nothing, when the route has written the response itself. */
export type Reply = { readonly status: number; readonly body: unknown } | undefined

/** `GET /sessions/:id/events` and what it does. */
export type Routes = Readonly<Record<string, (call: Call) => Promise<Reply>>>

/** A refusal of ours; everything else that is thrown is an `AgentError` or a bug. */
class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const MOST_BYTES = 64 * 1024

const STATUS: Readonly<Record<string, number>> = {
  session_not_found: 404,
  request_not_found: 404,
  invalid_argument: 400,
  cursor_invalid: 400,
  cursor_diverged: 409,
  session_busy: 409,
  session_held: 409,
  store_unavailable: 503,
}

/** Listens on this machine only. Put your own login in front of it before anybody else may reach it. */
export async function listen(routes: Routes, port = 0): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    // Nothing that a client sends may end the process: an unhandled rejection would.
    answer(routes, request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

async function answer(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let reply: Reply
  try {
    reply = await route(routes, request, response)
  } catch (error) {
    reply = refusalOf(error)
  }
  if (response.headersSent || response.destroyed) response.end()
  else if (reply !== undefined) response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body))
}

async function route(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<Reply> {
  // A page elsewhere that points its own name at this machine would send that name.
  if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(request.headers.host ?? '')) throw new Refusal(403, 'This server has another name')
  const words = (request.url ?? '').split('?', 1).join('').split('/').slice(1).map(decoded)
  let isKnown = false
  for (const [pattern, run] of Object.entries(routes)) {
    const [method, path = ''] = pattern.split(' ')
    const parts = match(path.split('/').slice(1), words)
    if (parts !== undefined && method === request.method) return run({ request, response, parts })
    isKnown ||= parts !== undefined
  }
  throw isKnown ? new Refusal(405, `${request.method} is not for this path`) : new Refusal(404, 'There is nothing here')
}

function match(pattern: readonly string[], words: readonly string[]): Readonly<Record<string, string>> | undefined {
  const fits = pattern.length === words.length && pattern.every((part, index) => part.startsWith(':') || part === words[index])
  if (!fits) return undefined
  return Object.fromEntries(pattern.flatMap((part, index) => (part.startsWith(':') ? [[part.slice(1), words[index] ?? '']] : [])))
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word)
  } catch {
    throw new Refusal(400, `${JSON.stringify(word)} is not a part of a path`)
  }
}

/** The JSON of a request, held to a schema. Asking for the type keeps forms of other pages out. */
export async function bodyOf<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) throw new Refusal(415, 'Send application/json')
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > MOST_BYTES) throw new Refusal(413, `The body has more than ${MOST_BYTES} bytes`)
    pieces.push(piece)
  }
  const parsed = schema.safeParse(jsonOf(Buffer.concat(pieces).toString()))
  if (!parsed.success)
    throw new Refusal(400, parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; '))
  return parsed.data
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Refusal(400, `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function refusalOf(error: unknown): Reply {
  if (error instanceof Refusal) return { status: error.status, body: { message: error.message } }
  if (isAgentError(error) && STATUS[error.code] !== undefined)
    return { status: STATUS[error.code] ?? 500, body: { code: error.code, message: error.message } }
  // What went wrong inside is for the log, not for whoever asked.
  console.error(error)
  return { status: 500, body: { message: 'Something went wrong here' } }
}
