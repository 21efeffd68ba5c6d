/** Web services as hooks: asked by POST, signed, believed by status and body, and never followed elsewhere. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type HookEvent, isAgentError } from '@seamfold/core/kit'
import { manualClock } from '@seamfold/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { httpHooks, type HttpHooksOptions, readHookDepth, verifyHookSignature } from '../src/index.ts'

const place = { sessionId: 's', runId: 'r', metadata: {} }
const before: HookEvent = { hook: 'pre_tool_use', ...place, tool: 'bash', callId: '1.0', input: { command: 'ls — é' } }
const after: HookEvent = {
  hook: 'on_success',
  ...place,
  text: 'done',
  usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
  waitingFor: [],
}

type Answer = (response: ServerResponse, request: IncomingMessage, body: string) => void
const closers: (() => Promise<void>)[] = []
afterEach(async () => void (await Promise.all(closers.splice(0).map((close) => close()))))

async function serve(answer: Answer): Promise<string> {
  const server = createServer((request, response) => void text(request).then((body) => answer(response, request, body)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks?token=hidden`
}

const fire = async (answer: Answer, options: Partial<HttpHooksOptions> = {}, event: HookEvent = before) =>
  httpHooks({ url: await serve(answer), ...options }).fire(event, { signal: new AbortController().signal })

describe('a web service', () => {
  test('is sent the event by POST, with its headers, how deep it is, and a signature that it can check', async () => {
    const clock = manualClock()
    const now = clock.now()
    const seen: Record<string, unknown>[] = []
    const decision = await fire(
      (response, { method, headers }, body) => {
        const signature = String(headers['seamfold-signature'])
        const checks = [
          verifyHookSignature({ body, signature, secret: 'shared', now }),
          verifyHookSignature({ body: `${body} `, signature, secret: 'shared', now }),
          verifyHookSignature({ body, signature, secret: 'another', now }),
          verifyHookSignature({ body, signature, secret: 'shared', now: now + 301_000 }),
          verifyHookSignature({ body, signature, secret: 'shared', now: now - 301_000 }),
          verifyHookSignature({ body, signature: signature.replace('v1=', 'v0='), secret: 'shared', now }),
          verifyHookSignature({ body, signature: signature.replace(/t=\d+/, `t=${Math.floor(now / 1000) + 1}`), secret: 'shared', now }),
          verifyHookSignature({ body, signature: undefined, secret: 'shared', now }),
        ]
        seen.push({
          method,
          type: headers['content-type'],
          key: headers['x-key'],
          depth: headers['seamfold-hook-depth'],
          checks,
          event: JSON.parse(body),
        })
        response.end('{"decision":"continue","input":{"command":"ls"}}')
      },
      { headers: async () => ({ 'x-key': 'k', 'content-type': 'text/plain' }), secret: 'shared', clock, depth: readHookDepth('1') },
    )
    expect(decision).toEqual({ decision: 'continue', input: { command: 'ls' } })
    expect(clock.pending).toBe(0)
    const checks = [true, false, false, false, false, false, false, false]
    expect(seen).toEqual([{ method: 'POST', type: 'application/json', key: 'k', depth: '2', checks, event: before }])
  })

  test('has nothing to say with 204, or without a body', async () => {
    expect(await fire((response) => response.writeHead(204).end())).toBeUndefined()
    expect(await fire((response) => response.end())).toBeUndefined()
  })

  test('that is told of what has happened may answer what it likes', async () => {
    expect(await fire((response) => response.end('ok'), {}, after)).toBeUndefined()
    await expect(fire((response) => response.writeHead(500).end('oh'), {}, after)).rejects.toThrow('answered with status 500: "oh"')
  })

  test.each([
    ['another status', (response) => response.writeHead(403).end('who are you?'), /answered with status 403: "who are you\?"/],
    ['status 500', (response) => response.writeHead(500).end('{"decision":"continue"}'), /answered with status 500/],
    ['garbage', (response) => response.end('<html>'), /answered "<html>", and that is not JSON/],
    ['too much', (response) => response.end(`"${'x'.repeat(2_000)}"`), /answered with more than 1000 bytes/],
    [
      'half an answer',
      (response) => void (response.writeHead(200, { 'content-length': 100 }).write('{'), setImmediate(() => response.destroy())),
      /broke off its answer/,
    ],
  ] satisfies [string, Answer, RegExp][])('fails where it gates: %s', async (_, answer, message) => {
    await expect(fire(answer, { maxResponseBytes: 1_000 })).rejects.toThrow(message)
  })

  test('whose answer never ends fails, and its connection is closed', async () => {
    const closed = Promise.withResolvers<void>()
    const endless = fire((response) => {
      response.on('close', () => closed.resolve())
      const more = (): void => {
        while (!response.destroyed && response.write(' '.repeat(10_000)));
      }
      response.on('drain', more)
      more()
    })
    await expect(endless).rejects.toThrow(/answered with more than 1000000 bytes/)
    await closed.promise
  })

  test('that leads elsewhere is not followed, and nobody else is asked', async () => {
    let asked = 0
    const elsewhere = await serve((response) => void (asked++, response.end('{"decision":"continue"}')))
    const redirect = fire((response) => response.writeHead(307, { location: elsewhere }).end())
    await expect(redirect).rejects.toThrow(`answered with status 307, which leads to ${elsewhere}: redirects are not followed`)
    expect(asked).toBe(0)
  })

  test('that is not there is named without what its address hides', async () => {
    const url = await serve(() => {})
    await Promise.all(closers.splice(0).map((close) => close()))
    const failure = httpHooks({ url }).fire(before, { signal: new AbortController().signal })
    await expect(failure).rejects.toThrow(/^The web service http:\/\/127\.0\.0\.1:\d+\/hooks could not be asked: .*ECONNREFUSED/)
  })

  test.each([
    ['no answer', () => {}],
    ['the beginning of one', (response) => void response.writeHead(200).write('{')],
    [
      'one that comes space by space',
      (response) => {
        const timer = setInterval(() => response.write(' '), 5)
        response.on('close', () => clearInterval(timer))
      },
    ],
  ] satisfies [string, Answer][])('that gives %s in its time fails, and its connection is closed', async (_, answer: Answer) => {
    const clock = manualClock()
    const [asked, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const firing = fire(
      (response, request, body) => {
        response.on('close', () => closed.resolve())
        answer(response, request, body)
        asked.resolve()
      },
      { clock, timeoutMs: 700 },
    )
    firing.catch(() => {}) // looked at below
    await asked.promise
    await clock.advance(700)
    await expect(firing).rejects.toSatisfy((error) => isAgentError(error, 'timeout') && /no answer within 700 ms/.test(error.message))
    await closed.promise
  })
})

test('a cancel in the middle of an answer comes back as its reason', async () => {
  const begun = Promise.withResolvers<void>()
  const url = await serve((response) => void response.writeHead(200).write('{'))
  const control = new AbortController()
  const fetched: typeof fetch = (...given) => fetch(...given).finally(() => setImmediate(() => begun.resolve()))
  const firing = httpHooks({ url, fetch: fetched }).fire(before, { signal: control.signal })
  firing.catch(() => {}) // looked at below
  await begun.promise
  const reason = new Error('enough')
  control.abort(reason)
  await expect(firing).rejects.toBe(reason)
})

test.each([
  [{ url: 'ftp://a/' }, /must be an address with http: or https:; it is 'ftp:\/\/a\/'/],
  [{ url: 'hooks' }, /must be an address/],
  [{ url: 'https://me:secret@a/' }, /holds a name or a password/],
  [{ url: 'https://a/', secret: '' }, /'secret' is empty/],
  [{ url: 'https://a/', timeoutMs: 1.5 }, /'timeoutMs' must be/],
])('options that cannot work are refused: %j', (options, message) => {
  expect(() => httpHooks(options)).toThrow(message)
})
