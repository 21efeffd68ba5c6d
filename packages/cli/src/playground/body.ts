/** Reads the JSON body of a request, never more of it than is allowed, and its query. */
import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { RequestFailure } from './failure.ts'

const tooLarge = (limit: number): RequestFailure =>
  new RequestFailure(413, 'body_too_large', `The body is larger than ${limit.toLocaleString('en')} bytes, the most that this server takes.`)

async function readText(request: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text)
  } catch (error) {
    throw new RequestFailure(400, 'bad_request', `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The body, checked. An empty one counts as `{}`. A form cannot be sent here: only `application/json` is read. */
export async function readBody<T>(request: IncomingMessage, schema: z.ZodType<T>, limit: number): Promise<T> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  const text = await readText(request, limit)
  if (type !== 'application/json' && !(type === undefined && text === '')) {
    throw new RequestFailure(415, 'unsupported_media_type', `Send application/json, not '${type ?? 'nothing'}'.`)
  }
  return checked(schema, parseJson(text), 'The body')
}

/** What stands behind the question mark, checked. */
export function readQuery<T>({ searchParams }: URL, schema: z.ZodType<T>): T {
  return checked(schema, Object.fromEntries(searchParams), 'The query')
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
  throw new RequestFailure(400, 'bad_request', `${what} is not what this route takes: ${problems.join('; ')}`)
}
