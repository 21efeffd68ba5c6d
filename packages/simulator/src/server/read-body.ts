/** Reads a request body, up to the size that the providers take. */
import type { IncomingMessage } from 'node:http'

/** Largest body, in bytes. */
export const maximumBodyBytes: number = 32 * 1024 * 1024

/** The body as text, or `undefined` when it is too large (the rest is read and dropped). */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= maximumBodyBytes) chunks.push(chunk)
  }
  return size > maximumBodyBytes ? undefined : Buffer.concat(chunks).toString('utf8')
}
