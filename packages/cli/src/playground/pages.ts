/** Serves the built pages out of a list that is made once, so that no request can name another file. */
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { RequestFailure } from './failure.ts'
import { strictHeaders } from './reply.ts'

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** File names by address; empty when the pages were not built. */
export async function listPages(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile() && types[extname(entry.name)] !== undefined)
  return new Map(
    files.map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return [`/${relative(folder, file).split(sep).join('/')}`, file]
    }),
  )
}

/** Answers with a page. Its name changes when its content does, except for the first one. */
export async function servePage(pages: ReadonlyMap<string, string>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new RequestFailure(405, 'method_not_allowed', `${request.method} ${path} is not possible: pages can only be read.`)
  }
  if (pages.size === 0)
    throw new RequestFailure(503, 'pages_missing', 'The pages of the playground were not built. Build this package, then start again.')
  const name = path === '/' ? '/index.html' : path
  const file = pages.get(name)
  if (file === undefined) throw new RequestFailure(404, 'not_found', `There is no page ${path} here.`)
  const content = await readFile(file)
  response.writeHead(200, {
    ...strictHeaders,
    'cache-control': name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store',
    'content-type': types[extname(file)],
    'content-length': content.length,
  })
  response.end(request.method === 'HEAD' ? undefined : content)
}
