/** How pages of the web come: redirects, formats, parts, sizes, failures. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { ToolResult } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { webFetchTool } from '@seamfold/tools'
import { startServer } from '../../../test/support/http-server.ts'
import { htmlText } from '../src/web/html-text.ts'
import { stripHtml } from '../src/web/strip-html.ts'
import { call, textOf } from './support.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void
type Site = {
  readonly host: string
  readonly asked: string[]
  fetch(path?: string, more?: Record<string, string | number | boolean>): Promise<ToolResult>
}

/** A server on this machine, and the tool that may reach it. */
async function site(answer: Answer): Promise<Site> {
  const asked: string[] = []
  const host = await startServer((request, response) => {
    asked.push(request.url ?? '')
    answer(request, response)
  })
  const tool = webFetchTool({ allowHosts: [host] })
  return { host, asked, fetch: (path = '/', more = {}) => call(tool, { url: `http://${host}${path}`, ...more }) }
}

const html =
  (body: string, head = ''): Answer =>
  (_, response) =>
    void response.setHeader('content-type', 'text/html').end(`<html><head><title>T</title>${head}</head><body>${body}</body></html>`)

const text =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Answer =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(body)

const to =
  (location: string): Answer =>
  (_, response) =>
    void response.writeHead(302, { location }).end()

describe('redirects', () => {
  test('on the same host are followed, by header and by page', async () => {
    const pages: Record<string, Answer> = {
      '/a': to('b?x=1'),
      '/b?x=1': html('', '<meta http-equiv="refresh" content="0; url=/c">'),
      '/c': html('arrived'),
    }
    const { fetch, asked } = await site((request, response) => pages[request.url ?? '']?.(request, response))
    expect(textOf(await fetch('/a#part'))).toBe('arrived')
    expect(asked).toEqual(['/a', '/b?x=1', '/c'])
  })

  test('to another host are reported, not followed: nobody judged that host', async () => {
    const { fetch } = await site(to('http://localhost:9/x'))
    const result = await fetch()
    expect(textOf(result)).toMatch(/has moved to another host: http:\/\/localhost:9\/x\nFetch that address/)
    expect(result.metadata).toMatchObject({ moved_to: 'http://localhost:9/x' })
  })

  test('to what is no page of the web are refused, and so is going round', async () => {
    expect(textOf(await (await site(to('file:///etc/passwd'))).fetch())).toMatch(/only http:\/\/ and https:\/\/ can/)
    const round = await site(to('/'))
    expect(textOf(await round.fetch())).toMatch(/redirects more than 10 times/)
    expect(round.asked).toHaveLength(11)
  })
})

describe('pages', () => {
  const page = html(
    '<nav>menu</nav><h1>Title</h1><p>A <a href="/x">link</a> &amp; <b>bold</b></p><script>alert(1)</script><footer>end</footer>',
  )

  test('come as Markdown, text or HTML', async () => {
    const { fetch } = await site(page)
    expect(textOf(await fetch())).toBe('# Title\n\nA [link](/x) & **bold**')
    expect(textOf(await fetch('/', { format: 'text' }))).toBe('Title\n\nA link & bold')
    expect(textOf(await fetch('/', { format: 'html' }))).toContain('<script>alert(1)</script>')
    expect(textOf(await fetch('/', { body_only: false }))).toMatch(/^menu\n\n# Title[^]*end$/)
  })

  test('come in parts', async () => {
    const { fetch } = await site(text('0123456789'))
    expect(textOf(await fetch('/', { max_chars: 4 }))).toBe('0123\n[characters 0 to 4 of 10; go on with offset 4]')
    expect(textOf(await fetch('/', { max_chars: 4, offset: 8 }))).toBe('89')
    expect(textOf(await fetch('/', { offset: 10 }))).toMatch(/offset 10 is past the end: the page has 10 characters/)
  })

  test('are decompressed, and read in their character set', async () => {
    expect(textOf(await (await site(text(gzipSync('hello'), { 'content-encoding': 'gzip' }))).fetch())).toBe('hello')
    expect(textOf(await (await site(text(Buffer.from([0xe9]), { 'content-type': 'text/plain; charset=iso-8859-1' }))).fetch())).toBe('é')
  })

  test('that only unfold to too much are given up', async () => {
    const bomb = await site(text(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }))
    expect(textOf(await bomb.fetch())).toMatch(/has more than 5242880 bytes/)
  })

  test('that fail say so, with the status', async () => {
    const result = await (await site(text('slow down', { 'retry-after': '7' }, 429))).fetch()
    expect(result).toMatchObject({ isError: true, metadata: { status: 429 } })
    expect(textOf(result)).toMatch(/answered with status 429\. Retry after: 7\.\nslow down/)
  })

  test.each([
    [503, 'transport'],
    [504, 'transport'],
    [500, 'failed'],
    [429, 'failed'],
    [404, 'not_found'],
  ])('that fail with status %i fail as %s, so that lanes know whether to try again', async (status, errorKind) => {
    expect(await (await site(text('no', {}, status))).fetch()).toMatchObject({ isError: true, errorKind })
  })

  test('that are no text are not shown, and a server that goes away is a failure', async () => {
    expect(await (await site(text('PK', { 'content-type': 'application/zip' }))).fetch()).toMatchObject({
      isError: true,
      errorKind: 'unsupported',
    })
    expect(await (await site((request) => request.socket.destroy())).fetch()).toMatchObject({ isError: true, errorKind: 'transport' })
  })

  test('stop coming when the call is cancelled', async () => {
    const controller = new AbortController()
    const { host } = await site(() => controller.abort(new Error('enough')))
    const tool = webFetchTool({ allowHosts: [host] })
    await expect(call(tool, { url: `http://${host}/` }, { signal: controller.signal })).rejects.toThrow('enough')
  })
})

describe('a page that was made to be slow', () => {
  test('or too deep still comes as text, soon', { timeout: 20_000 }, async () => {
    expect(await htmlText(`${'<div>'.repeat(50_000)}deep`, { format: 'markdown', isBodyOnly: true })).toBe('deep')
  })

  test('is stripped in one pass', () => {
    const page =
      '<title>no</title><h1>Ti&#116;le</h1><p>a <b>b</b>&nbsp;&lt;c&gt;<!-- <p>hidden</p> --></p><script>if (a<b) no()</script><ul><li>1<li>2</ul>'
    expect(stripHtml(page)).toBe('Title\n\na b <c>\n\n1\n2')
    for (const hostile of ['<', '<!--', '<script>', '</p', '&#', '<a '].map((part) => part.repeat(200_000))) {
      expect(stripHtml(hostile).length).toBeLessThanOrEqual(hostile.length)
    }
  })
})
