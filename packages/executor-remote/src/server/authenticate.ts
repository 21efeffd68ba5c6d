/** Tells callers by their token, in a time that does not depend on it. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** What a caller presents when it opens a connection. */
export type Presented = {
  /** The token of `Authorization: Bearer …`. */
  readonly token: string | undefined
  readonly headers: IncomingHttpHeaders
  /** Path and query. */
  readonly url: string
  readonly remoteAddress: string | undefined
}

/** Who the caller is, as a name, or undefined when it may not connect; nothing but a name lets in. Only the same one may go on with a session. A throw refuses. */
export type Authenticate = (presented: Presented) => Promise<string | undefined> | string | undefined

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Every token is compared, by digest: neither a match nor a length shows in the time. */
export function tokenAuthenticator(tokens: readonly string[]): Authenticate {
  const digests = tokens.map(digest)
  return ({ token = '' }) => {
    const presented = digest(token)
    let matches = 0
    for (const each of digests) matches += timingSafeEqual(each, presented) ? 1 : 0
    return matches > 0 ? 'token' : undefined
  }
}

/** The token of an `Authorization` header. */
export const bearerToken = (header: string | undefined): string | undefined => /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1]
