/** A sandbox that may reach some hosts: these and no others, over a proxy that only knows which host was asked for. */
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openHostProxy } from '../src/sandbox/host-proxy.ts'
import { temporaryDirectory, textOf } from './support.ts'
import { inside, noSandbox } from './support-sandbox.ts'

/** A web server on this machine that says which path was asked for. */
async function webServer(): Promise<{ readonly port: number; readonly asked: readonly string[] }> {
  const asked: string[] = []
  const server = createServer((request, answer) => {
    asked.push(`${request.method} ${request.headers.host} ${request.url}`)
    request.pipe(answer)
    if (request.method === 'GET') answer.end('hello')
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, asked }
}

describe.skipIf(noSandbox)('hosts that a sandbox may reach', () => {
  test('answer over HTTP, with what was sent to them', async () => {
    const { port, asked } = await webServer()
    const { text } = inside(temporaryDirectory(), { network: { hosts: [`127.0.0.1:${port}`] } })
    expect(await text(`curl -sS --noproxy '' http://127.0.0.1:${port}/a?b=1`)).toBe('hello')
    expect(await text(`curl -sS --noproxy '' -d sent http://127.0.0.1:${port}/`)).toBe('sent')
    expect(asked).toEqual([`GET 127.0.0.1:${port} /a?b=1`, `POST 127.0.0.1:${port} /`])
  })

  test('answer through a tunnel, as for HTTPS', async () => {
    const { port } = await webServer()
    const { text } = inside(temporaryDirectory(), { network: { hosts: [`127.0.0.1:${port}`] } })
    expect(await text(`curl -sS --noproxy '' --proxytunnel http://127.0.0.1:${port}/`)).toBe('hello')
  })

  test('are the only ones, and the model is told which others were asked for', async () => {
    const { port, asked } = await webServer()
    const { run } = inside(temporaryDirectory(), { network: { hosts: ['example.com', `127.0.0.1:${port + 1}`] } })
    for (const way of ['', '--proxytunnel']) {
      const result = await run(`curl -sS -f --noproxy '' ${way} http://127.0.0.1:${port}/`)
      expect(result.isError).toBe(true)
      expect(textOf(result)).toContain(`[The sandbox does not allow these hosts: 127.0.0.1:${port}]`)
    }
    expect(asked).toEqual([])
  })

  test('leave no folder behind, not even those of agents that were killed', async () => {
    const [old, fresh] = ['old', 'fresh'].map((name) => join(tmpdir(), `seamfold-proxy-999999999-${name}`))
    for (const folder of [old, fresh]) {
      mkdirSync(folder ?? '', { recursive: true })
      onTestFinished(() => rmSync(folder ?? '', { recursive: true, force: true }))
    }
    utimesSync(old ?? '', 1000, 1000)
    await inside(temporaryDirectory(), { network: { hosts: ['example.com'] } }).text('true')
    expect([old, fresh].map((folder) => existsSync(folder ?? ''))).toEqual([false, true])
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`seamfold-proxy-${process.pid}-`))).toEqual([])
  })

  test('are not reached around the proxy, nor are names looked up', async () => {
    const { port, asked } = await webServer()
    const { run } = inside(temporaryDirectory(), { network: { hosts: [`127.0.0.1:${port}`] } })
    expect(await run(`exec 3<>/dev/tcp/127.0.0.1/${port}`)).toMatchObject({ isError: true })
    expect(await run('getent hosts example.com')).toMatchObject({ isError: true })
    expect(asked).toEqual([])
  })

  test('do not keep a command from ending when they never answer', { timeout: 20_000 }, async () => {
    const server = createTcpServer(() => undefined)
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const { run } = inside(temporaryDirectory(), { network: { hosts: [`127.0.0.1:${port}`] } })
    expect(await run(`curl -sS --noproxy '' http://127.0.0.1:${port}/`, 500)).toMatchObject({ errorKind: 'timeout' })
  })

  test('leave the end of a command as it is, and nothing counted as left', async () => {
    const { run } = inside(temporaryDirectory(), { network: { hosts: ['example.com'] } })
    expect(await run('exit 7')).toMatchObject({ exitCode: 7, metadata: { leftovers: 0 } })
    expect(textOf(await run('kill -TERM $$'))).toBe('[ended by signal SIGTERM]')
    expect(textOf(await run('sleep 60 & echo x'))).toBe('x\n[1 process that it left was ended]')
  })
})

describe.skipIf(noSandbox)('a sandbox with the network of the machine', () => {
  test('reaches what the machine reaches', async () => {
    const { port } = await webServer()
    expect(await inside(temporaryDirectory(), { network: 'all' }).text(`curl -sS http://127.0.0.1:${port}/`)).toBe('hello')
  })
})

describe('the proxy', () => {
  test('follows no name into the network of this machine, nor garbage', async () => {
    const { port, asked } = await webServer()
    const path = join(temporaryDirectory(), 'proxy')
    const proxy = await openHostProxy(path, [`inner.example:${port}`], (_, __, done) => done(null, [{ address: '127.0.0.1', family: 4 }]))
    onTestFinished(() => proxy.close())
    const say = (text: string): Promise<string> =>
      new Promise((resolve) => {
        let answer = ''
        const socket = connect(path, () => socket.write(text))
        socket.on('data', (chunk) => (answer += chunk.toString())).on('close', () => resolve(answer.slice(0, 12)))
      })
    expect(await say(`CONNECT inner.example:${port} HTTP/1.1\r\nHost: x\r\n\r\n`)).toBe('HTTP/1.1 502')
    expect(await say(`GET http://inner.example:${port}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toBe('HTTP/1.1 502')
    expect(await say('CONNECT ::::: HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('HTTP/1.1 403')
    expect(await say('GET /relative HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toBe('HTTP/1.1 403')
    expect(await say('GET https://example.com/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toBe('HTTP/1.1 403')
    expect(await say('\0\r\n\r\n')).toBe('HTTP/1.1 400')
    expect(asked).toEqual([])
  })
})
