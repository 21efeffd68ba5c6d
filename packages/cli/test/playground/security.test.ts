/** Promises of the server to whoever runs it: nobody without the token, and no page from elsewhere, can read or drive it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ask } from './raw-http.ts'
import { stage } from './stage.ts'

const codeOf = (text: string): unknown => (JSON.parse(text) as { code?: unknown }).code

describe('the playground server', () => {
  test('answers nothing without its token', async () => {
    await using here = await stage()
    const { port } = here.playground
    const routes = [
      { method: 'GET', path: '/api/about' },
      { method: 'GET', path: '/api/sessions' },
      { method: 'POST', path: '/api/sessions' },
      { method: 'GET', path: '/api/sessions/any/events' },
      { method: 'POST', path: '/api/sessions/any/send' },
      { method: 'GET', path: '/api/nothing' },
    ]
    for (const route of routes) {
      const reply = await ask({ port, ...route })
      expect([reply.status, codeOf(reply.text)]).toEqual([401, 'unauthorized'])
    }
  })

  test('refuses a token that is not its own, and takes it from nowhere but the header', async () => {
    await using here = await stage({ token: 'right-token' })
    const { port } = here.playground
    const path = '/api/about'
    const wrong = await ask({ port, path, headers: { authorization: 'Bearer wrong-token' } })
    const shorter = await ask({ port, path, headers: { authorization: 'Bearer right' } })
    const inAddress = await ask({ port, path: `${path}?token=right-token` })
    const inCookie = await ask({ port, path, headers: { cookie: 'token=right-token' } })
    expect([wrong.status, shorter.status, inAddress.status, inCookie.status]).toEqual([401, 401, 401, 401])
    expect((await ask({ port, path, headers: { authorization: 'Bearer right-token' } })).status).toBe(200)
  })

  test('refuses a page from another origin, even with the token', async () => {
    await using here = await stage()
    const { port, token } = here.playground
    const authorization = `Bearer ${token}`
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${port + 1}` },
      { origin: `https://127.0.0.1:${port}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of foreign) {
      const reply = await ask({ port, path: '/api/sessions', headers: { authorization, ...headers } })
      expect([reply.status, codeOf(reply.text)]).toEqual([403, 'forbidden_origin'])
      expect(reply.headers['access-control-allow-origin']).toBeUndefined()
    }
    const own = { authorization, origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' }
    expect((await ask({ port, path: '/api/sessions', headers: own })).status).toBe(200)
  })

  test('refuses a name that somebody else points at this machine, for pages too', async () => {
    await using here = await stage()
    const { port, token } = here.playground
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`]) {
      for (const path of ['/', '/api/about']) {
        const reply = await ask({ port, path, headers: { host, authorization: `Bearer ${token}` } })
        expect([reply.status, codeOf(reply.text)]).toEqual([403, 'forbidden_host'])
      }
    }
    expect((await ask({ port, path: '/api/about', headers: { host: `localhost:${port}`, authorization: `Bearer ${token}` } })).status).toBe(
      200,
    )
  })

  test('refuses a body that is too large, said before or found out on the way', async () => {
    await using here = await stage({ maxBodyBytes: 1_000 })
    const { port, token } = here.playground
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const large = JSON.stringify({ id: 'x'.repeat(2_000) })
    const said = await ask({
      port,
      path: '/api/sessions',
      method: 'POST',
      headers: { ...headers, 'content-length': large.length },
      body: large,
    })
    const found = await ask({
      port,
      path: '/api/sessions',
      method: 'POST',
      headers,
      body: Array.from({ length: 200 }, () => 'x'.repeat(20_000)),
    })
    expect([said.status, codeOf(said.text)]).toEqual([413, 'body_too_large'])
    expect([found.status, codeOf(found.text)]).toEqual([413, 'body_too_large'])
  })

  test('takes nothing that a form could send, and no garbage', async () => {
    await using here = await stage()
    const { port, token } = here.playground
    const post = (type: string, body: string) =>
      ask({ port, path: '/api/sessions', method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': type }, body })
    expect((await post('text/plain', '{}')).status).toBe(415)
    expect((await post('application/x-www-form-urlencoded', 'id=1')).status).toBe(415)
    const garbage = await post('application/json', '{"id":')
    expect([garbage.status, codeOf(garbage.text)]).toEqual([400, 'bad_request'])
    const unknown = await post('application/json', '{"identity":"x"}')
    expect([unknown.status, unknown.text.includes('identity')]).toEqual([400, true])
  })

  test('stands garbage, oversized headers and half a request, and answers the next one', async () => {
    await using here = await stage()
    const { port, token } = here.playground
    const told = async (bytes: string | Buffer): Promise<string> => {
      const socket = connect(port, '127.0.0.1')
      let answer = ''
      socket.on('data', (chunk: Buffer) => (answer += String(chunk)))
      socket.on('error', () => undefined) // a server that hangs up is one way to refuse
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
      socket.end(bytes)
      await closed
      return answer.split('\r\n')[0] ?? ''
    }
    const host = `Host: 127.0.0.1:${port}\r\n`
    expect(await told(Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 131) % 256)))).toMatch(/^(?:HTTP\/1.1 4\d\d .*)?$/)
    expect(await told(`GET /api/about HTTP/1.1\r\n${host}X: ${'y'.repeat(100_000)}\r\n\r\n`)).toMatch(/^(?:HTTP\/1.1 431 .*)?$/)
    expect(await told(`GET http://evil.example/api/about HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 40[0-9] /)
    expect(await told(`POST /api/sessions HTTP/1.1\r\n${host}Content-Length: 10\r\n\r\n{`)).toMatch(/^(?:HTTP\/1.1 4\d\d .*)?$/)
    const next = await ask({ port, path: '/api/about', headers: { authorization: `Bearer ${token}` } })
    expect(next.status).toBe(200)
  })

  test('serves the built pages and no other file, each under a strict policy', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pages-'))
    await writeFile(join(folder, 'index.html'), '<p>here</p>')
    await writeFile(join(folder, 'secret.key'), 'hidden')
    try {
      await using here = await stage({ pages: folder })
      const { port } = here.playground
      const page = await ask({ port, path: '/' })
      expect([page.status, page.text]).toEqual([200, '<p>here</p>'])
      const policy = String(page.headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      for (const path of ['/secret.key', '/../secret.key', '/%2e%2e/secret.key', '/index.html/', `/${folder}/index.html`]) {
        expect((await ask({ port, path })).status).toBe(404)
      }
      expect((await ask({ port, path: '/', method: 'POST' })).status).toBe(405)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('says in words that pages are missing', async () => {
    await using here = await stage({ pages: join(tmpdir(), 'no-such-folder') })
    const missing = await ask({ port: here.playground.port, path: '/' })
    expect([missing.status, codeOf(missing.text)]).toEqual([503, 'pages_missing'])
  })
})
