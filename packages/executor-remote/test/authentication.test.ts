/** Who may connect, and what is refused before anything listens or is sent. */
import { createServer, request } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { remoteExecutor, serveExecutor, type Presented } from '../src/index.ts'
import { certificate } from './support/certificate.ts'
import { useEnds } from './support/ends.ts'
import { hello } from './support/raw-caller.ts'
import { executorOf, never, outcomeOf, specOf, streaming } from './support/steps.ts'

const ends = useEnds()
const executor = executorOf(async (spec) => outcomeOf(spec, 'ok'))
const run = async (url: string, options = {}): Promise<string> => {
  const { status, output } = await ends.call(url, { connectMs: 300, ...options }).executeStep(specOf('a'), { signal: never() })
  return `${status}: ${output}`
}

describe('a worker with a token', () => {
  test('lets in who presents it, and nobody else', async () => {
    const { url } = await ends.serve(executor, { token: 'right' })
    expect(await run(url, { token: 'right' })).toBe('completed: ok')
    const refused = `failed: The worker at ${url} cannot be reached (the worker answered 401 Unauthorized: check the token): the step was not started`
    for (const options of [{}, { token: 'wrong' }, { token: 'righ' }, { token: 'rightt' }]) expect(await run(url, options)).toBe(refused)
  })

  test('lets in with either of two while one replaces the other', async () => {
    const { url } = await ends.serve(executor, { token: ['old', 'new'] })
    expect(await run(url, { token: 'old' })).toBe('completed: ok')
    expect(await run(url, { token: 'new' })).toBe('completed: ok')
    expect(await run(url, { token: 'older' })).toContain('401')
  })

  test('tells the caller how to present it', async () => {
    const { url } = await ends.serve(executor, { token: 'right' })
    const answer = await new Promise<{ status: number | undefined; asks: string | undefined }>((resolve, reject) => {
      const asking = request(url.replace('ws:', 'http:'), {
        headers: {
          connection: 'upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      })
      asking.on('response', (response) => {
        response.resume()
        resolve({ status: response.statusCode, asks: response.headers['www-authenticate'] })
      })
      asking.on('error', reject)
      asking.end()
    })
    expect(answer).toEqual({ status: 401, asks: 'Bearer' })
  })
})

describe('a worker with its own authenticate', () => {
  test('is told the token, the headers, the URL and the address', async () => {
    const seen: Presented[] = []
    const { url } = await ends.serve(executor, {
      path: '/steps',
      authenticate: async (presented) => {
        seen.push(presented)
        return presented.headers['x-tenant'] === 'acme' ? 'acme' : undefined
      },
    })
    expect(url).toMatch(/\/steps$/)
    expect(await run(`${url}?zone=1`, { token: 't', headers: { 'x-tenant': 'acme' } })).toBe('completed: ok')
    expect(await run(url, { headers: { 'x-tenant': 'other' } })).toContain('401')
    expect(seen[0]).toMatchObject({ token: 't', url: '/steps?zone=1', remoteAddress: '127.0.0.1' })
  })

  test.each([null, false, '', 0])('refuses a caller for whom it answers %j', async (answer) => {
    const { url } = await ends.serve(executor, { authenticate: async () => answer as never })
    expect(await run(url)).toContain('the worker answered 401')
  })

  test.each([true, 7, {}])('lets nobody in by %j, which is no name', async (answer) => {
    const { url } = await ends.serve(executor, { authenticate: () => answer as never })
    expect(await run(url)).toContain('the worker answered 503')
  })

  test('lets nobody in while it throws or does not answer', async () => {
    const throwing = await ends.serve(executor, {
      authenticate: () => {
        throw new Error('the directory is down')
      },
    })
    expect(await run(throwing.url)).toContain('the worker answered 503')
    const silent = await ends.serve(executor, { authenticate: () => new Promise(() => {}), handshakeMs: 50 })
    expect(await run(silent.url)).toContain('the worker answered 503')
  })
})

describe('a browser', () => {
  test('may not connect from a web origin that is not listed', async () => {
    const { url } = await ends.serve(streaming(1), { origins: ['https://ours.example'] })
    await expect(ends.raw(url, { origin: 'https://evil.example' })).rejects.toThrow('403')
    const ours = await ends.raw(url, { origin: 'https://ours.example' })
    ours.say(hello)
    expect(await ours.hear('welcome')).toMatchObject({ version: 1 })
  })
})

describe('serving is refused', () => {
  test.each([
    [
      'where others could reach it without authentication',
      { host: '0.0.0.0' },
      /^Serving on 0\.0\.0\.0, which others may reach, needs a token or authenticate/,
    ],
    [
      'on a server that is passed, without authentication',
      { server: createServer() },
      /^Serving on a server that others may reach needs a token/,
    ],
    ['with an empty token', { token: '' }, /^A token is empty/],
    ['with a list of tokens that is empty', { token: [] }, /^The list of tokens is empty, so nobody could connect/],
    ['with a token that fits into no header', { token: ['fine', 'not fine'] }, /^A token is no text that fits into a header/],
    ['with a token that is no text', { token: 5 as unknown as string }, /^A token is no text that fits into a header/],
    ['with an authenticate that is no function', { authenticate: 'x' as never }, /^authenticate is no function/],
    [
      'with origins that are no list',
      { origins: 'https://ours.example' as never },
      /^origins is "https:\/\/ours.example": give a list of texts$/,
    ],
    ['with labels that are no list', { labels: 'linux' as never }, /^labels is "linux": give a list of texts$/],
    ['with agents that are no texts', { agents: [1] as never }, /^agents is \[1\]: give a list of texts$/],
    ['with a grace period without end', { graceMs: Infinity }, /^graceMs is Infinity: give a whole number, 0 or more$/],
    ['with a path that no request has', { path: 'steps' }, /^path is "steps": it begins with \/, and has no \?, # or space$/],
    ['with TLS that has no certificate', { tls: {} }, /^tls has no certificate, so nobody could connect/],
    ['with a certificate that is none', { tls: { cert: 'x', key: 'y' } }, /^tls cannot be used: /],
    ['with a port that is none', { port: 70_000 }, /^port is 70000: give a whole number from 0 to 65535$/],
    ['with a journal that has no name', { journal: 5 as never }, /^The name of a journal has 1 to 200 characters/],
    ['with a capacity of nothing', { capacity: 0 }, /^capacity is 0: give a whole number above zero$/],
    ['with a limit that is no number', { maxMessageBytes: Number.NaN }, /^maxMessageBytes is NaN: give a whole number above zero$/],
    ['with messages too small to begin', { maxMessageBytes: 100 }, /^maxMessageBytes is 100: give 1024 or more$/],
    ['on a server that is passed and a port', { server: createServer(), port: 1, token: 't' }, /either a server or host, port and tls/],
  ])('%s', async (_what, options, words) => {
    await expect(serveExecutor(executor, options)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(words) as string,
    })
  })

  test('on a port that is taken, with the port in the words', async () => {
    const { url } = await ends.serve(executor)
    const port = Number(new URL(url).port)
    await expect(serveExecutor(executor, { port })).rejects.toThrow(`Cannot listen on 127.0.0.1 port ${port}: listen EADDRINUSE`)
  })
})

describe('calling is refused', () => {
  test('with a URL that is not one of a worker', () => {
    for (const url of ['', 'localhost:80', 'http://localhost']) {
      expect(() => remoteExecutor({ url })).toThrow(`The url of a worker starts with ws:// or wss://, not ${JSON.stringify(url)}`)
    }
  })

  test('with a token that anyone on the way could read', () => {
    const url = 'ws://worker.example:7000'
    expect(() => remoteExecutor({ url, token: 't' })).toThrow(
      'The token for ws://worker.example:7000 would travel in the clear: use wss://',
    )
    expect(() => remoteExecutor({ url, token: 't', allowCleartext: true })).not.toThrow()
    expect(() => remoteExecutor({ url: 'wss://worker.example', token: 't' })).not.toThrow()
    expect(() => remoteExecutor({ url: 'ws://127.0.0.1:1', token: 't' })).not.toThrow()
    expect(() => remoteExecutor({ url, headers: { Authorization: 'Basic x' } })).toThrow('would travel in the clear')
  })

  test('with a URL that holds a password or a part that is never sent', () => {
    const refused = (url: string): string => {
      try {
        remoteExecutor({ url })
        return 'not refused'
      } catch (error) {
        return String(error)
      }
    }
    const words = refused('wss://me:hidden@worker.example')
    expect(words).toContain('The url of the worker at worker.example holds a name or a password: give a token, or headers')
    expect(words).not.toContain('hidden')
    expect(refused('wss://worker.example/?key=hidden#part')).toContain('ends before #, unlike "wss://worker.example/"')
  })

  test('with a token that fits into no header, and a grace period that is none', () => {
    const url = 'wss://worker.example'
    expect(() => remoteExecutor({ url, token: '' })).toThrow('The token is empty')
    for (const token of ['a b', 'ключ', 5 as unknown as string])
      expect(() => remoteExecutor({ url, token })).toThrow('The token is no text')
    expect(() => remoteExecutor({ url, graceMs: -1 })).toThrow('graceMs is -1: give a whole number, 0 or more')
  })
})

test('a URL that is refused does not tell its query, a name or a password', () => {
  for (const url of ['https://host/path?token=s3cret', 'https://me:s3cret@host/path', 'host/path?token=s3cret'])
    expect(() => remoteExecutor({ url })).toThrow(/^The url of a worker starts with ws:\/\/ or wss:\/\/, not "(?!.*s3cret).*host\/path"$/)
})

test('what is told of a worker leaves out the query of its URL', async () => {
  const refused = await run('ws://127.0.0.1:1/steps?key=hidden')
  expect(refused).toMatch(/^failed: The worker at ws:\/\/127\.0\.0\.1:1\/steps cannot be reached/)
})

test('an option that cannot be is refused by its name', () => {
  expect(() => remoteExecutor({ url: 'ws://127.0.0.1', heartbeatMs: -1 })).toThrow('heartbeatMs is -1: give a whole number above zero')
})

describe('TLS', () => {
  test('carries steps, and a certificate that nobody vouches for is refused', async () => {
    const { url } = await ends.serve(executor, { tls: certificate, token: 't' })
    expect(url).toMatch(/^wss:/)
    expect(await run(url, { token: 't', tls: { ca: certificate.cert } })).toBe('completed: ok')
    expect(await run(url, { token: 't' })).toMatch(/cannot be reached \(.*self-signed certificate.*\)/)
  })
})

test('a server that is passed keeps its own pages and is not closed', async () => {
  const server = createServer((_request, response) => response.end('a page'))
  const serving = await ends.serve(executor, { server, path: '/steps', token: 't' })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  expect(serving.url).toBe(`ws://127.0.0.1:${port}/steps`)
  expect(await run(serving.url, { token: 't' })).toBe('completed: ok')
  expect(await run(`ws://127.0.0.1:${port}/elsewhere`, { token: 't' })).toContain('the worker answered 404')
  await serving.close()
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('a page')
  await new Promise((resolve) => server.close(resolve))
})

test('the URL of an HTTPS server that is passed is one for TLS', async () => {
  const server = createHttpsServer(certificate)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { url } = await ends.serve(executor, { server, token: 't' })
  expect(await run(url, { token: 't', tls: { ca: certificate.cert } })).toBe('completed: ok')
  server.close()
})
