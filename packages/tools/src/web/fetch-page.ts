/** Fetches one address of the public web: bounded in size, never to another host than the one that was asked for. */
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { fault, systemCode } from '../workspace/fault.ts'
import { publicLookup, refuseAddress } from './public-address.ts'
import { refreshTarget } from './html-head.ts'

/** What came back. `body` is decompressed. `movedTo` is set when it is elsewhere: on another host, which was not asked. */
export type Page = {
  readonly url: string
  readonly status: number
  readonly contentType: string
  readonly retryAfter: string | undefined
  readonly body: Buffer
  readonly movedTo?: string
}

/** `allowHosts` are hosts, with `:port` where it is not the usual one, that may have any address. */
export type FetchOptions = { readonly signal: AbortSignal; readonly allowHosts: readonly string[] }

const LIMIT_BYTES = 5 * 1024 * 1024
const MOST_REDIRECTS = 10
const HEADERS = {
  accept: 'text/html,application/xhtml+xml,text/markdown,text/plain,application/json;q=0.9,*/*;q=0.5',
  'accept-encoding': 'gzip, deflate, br',
  'user-agent': 'Mozilla/5.0 (compatible; seamfold)',
}

/** Read an address of the web, or throw a fault that says what is wrong with it. */
export function webAddress(text: string): URL {
  if (!URL.canParse(text))
    throw fault('invalid_input', `${JSON.stringify(text)} is not a URL. Give a whole one, e.g. https://example.com/page`)
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw fault('invalid_input', `${url.protocol}// cannot be fetched: only http:// and https:// can`)
  if (url.username !== '' || url.password !== '') throw fault('invalid_input', 'The URL holds a user name or a password. Give it without')
  url.hash = ''
  return url
}

/** Follows redirects on the same host, each resolved and judged anew. */
export async function fetchPage(start: URL, options: FetchOptions): Promise<Page> {
  let url = start
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const page = await fetchOnce(url, options)
    const location = page.target ?? refreshTarget(page)
    if (location === undefined) return page
    const next = webAddress(new URL(location, url).href)
    if (next.hostname !== start.hostname) return { ...page, movedTo: next.href }
    url = next
  }
  throw fault('transport', `${start.href} redirects more than ${MOST_REDIRECTS} times`)
}

type Hop = Page & { readonly target: string | undefined }

async function fetchOnce(url: URL, options: FetchOptions): Promise<Hop> {
  const isAllowed = options.allowHosts.includes(url.host)
  if (!isAllowed) refuseAddress(url.hostname)
  try {
    const response = await send(url, {
      signal: options.signal,
      headers: HEADERS,
      agent: false,
      ...(isAllowed ? {} : { lookup: publicLookup() }),
    })
    const status = response.statusCode ?? 0
    const target = status >= 300 && status < 400 ? response.headers.location : undefined
    const body = target === undefined ? await bodyOf(response) : Buffer.alloc(0)
    response.destroy()
    const { 'content-type': contentType = '', 'retry-after': retryAfter } = response.headers
    return { url: url.href, status, contentType, retryAfter, body, target }
  } catch (error) {
    throw readable(error, url, options.signal)
  }
}

const send = (url: URL, options: RequestOptions): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, resolve)
    request.once('error', reject)
    request.end()
  })

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of decompressed(response)) {
    size += (piece as Buffer).length
    if (size > LIMIT_BYTES)
      throw fault('unsupported', `The page has more than ${LIMIT_BYTES} bytes. Fetch it with a command if it is needed whole`)
    pieces.push(piece as Buffer)
  }
  return Buffer.concat(pieces)
}

function decompressed(response: IncomingMessage): AsyncIterable<unknown> {
  const decoder = decoderFor(response.headers['content-encoding'])
  if (decoder === undefined) return response
  response.once('error', (error) => decoder.destroy(error))
  return response.pipe(decoder)
}

function decoderFor(
  encoding: string | undefined,
): ReturnType<typeof createGunzip | typeof createInflate | typeof createBrotliDecompress> | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    default:
      return undefined
  }
}

function readable(error: unknown, url: URL, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  const code = systemCode(error)
  if (error instanceof Error && 'details' in error) return error
  return fault(
    'transport',
    `${url.href} could not be fetched: ${error instanceof Error ? error.message : String(error)}${code === undefined ? '' : ` (${code})`}`,
    error,
  )
}
