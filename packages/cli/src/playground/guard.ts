/** Lets a request in, or says why not: the right host, no foreign page, the token. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { RequestFailure } from './failure.ts'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** How browsers write an address of ours: they leave the port of the web out. */
const addresses = (port: number): readonly string[] =>
  ['127.0.0.1', 'localhost'].flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]))

/** A page on another site that resolves its own name to this machine still sends that name as the host. */
export function checkHost({ headers }: IncomingMessage, port: number): void {
  const host = headers.host
  if (host !== undefined && addresses(port).includes(host)) return
  throw new RequestFailure(403, 'forbidden_host', `The host '${host ?? ''}' is not served here. Open http://127.0.0.1:${port}/ instead.`)
}

/** Browsers say where a request comes from; nothing but our own page may ask. Programs send neither header. */
export function checkOrigin({ headers }: IncomingMessage, port: number): void {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  const own = origin === undefined || addresses(port).some((address) => origin === `http://${address}`)
  if (own && (site === undefined || site === 'same-origin' || site === 'none')) return
  throw new RequestFailure(403, 'forbidden_origin', `A page of ${origin ?? 'another site'} may not use this server.`)
}

const wayIn = 'open the address that was printed when it started.'

/** What is said to who shows no token: another playground knows us by it. */
export const withoutToken: string = `This server needs its token: ${wayIn}`

/**
 * The token comes in the `Authorization` header and nowhere else: no browser sends that by itself, so there is nothing that a
 * foreign page could borrow.
 */
export function checkToken({ headers }: IncomingMessage, token: string): void {
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
  if (given !== undefined && timingSafeEqual(digest(given), digest(token))) return
  if (given === undefined) throw new RequestFailure(401, 'unauthorized', withoutToken)
  throw new RequestFailure(401, 'unauthorized', `That is not the token of this server: ${wayIn}`)
}
