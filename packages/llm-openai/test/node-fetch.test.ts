/** The transport on Node: the same answers as the global `fetch`, for what model servers send. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { startServer } from '../../../test/support/http-server.ts'
import { nodeFetch } from '../src/index.ts'

const serve = async (listener: RequestListener): Promise<string> => `http://${await startServer(listener)}`

const textOf = async (response: Response): Promise<string> => {
  const reader = response.body?.getReader()
  let text = ''
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) return text
    text += new TextDecoder().decode(value)
  }
}

describe('nodeFetch', () => {
  test('sends bytes and headers, and keeps its connection', async () => {
    const seen: unknown[] = []
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      seen.push([request.method, request.headers['x-team'], Buffer.concat(await request.toArray()).toString(), request.socket.remotePort])
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: yes\n\n')
    }
    const url = await serve((request, response) => void answer(request, response))
    const send = nodeFetch()
    const ask = async (): Promise<string> =>
      textOf(await send(url, { method: 'POST', headers: { 'x-team': 'blue' }, body: new TextEncoder().encode('grüß') }))
    expect([await ask(), await ask()]).toEqual(['data: yes\n\n', 'data: yes\n\n'])
    expect(seen[0]).toEqual(['POST', 'blue', 'grüß', expect.any(Number)])
    expect(seen[1]).toEqual(seen[0])
  })

  test('gives an answer that streams as an ordinary response, whatever is done with it', async () => {
    const url = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: yes\n\n'))
    const send = nodeFetch()
    expect(await (await send(url)).text()).toBe('data: yes\n\n')
    const loud = new TransformStream<string, string>({ transform: (text, controller) => controller.enqueue(text.toUpperCase()) })
    const answer = await send(url)
    const changed = new Response(
      answer.body?.pipeThrough(new TextDecoderStream()).pipeThrough(loud).pipeThrough(new TextEncoderStream()),
      answer,
    )
    expect([changed.status, changed.headers.get('content-type'), await textOf(changed)]).toEqual([
      200,
      'text/event-stream',
      'DATA: YES\n\n',
    ])
  })

  test('reads what a gateway compressed unasked', async () => {
    const url = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }).end(gzipSync('data: small\n\n')),
    )
    expect(await textOf(await nodeFetch()(url))).toBe('data: small\n\n')
  })

  test('follows a redirect with its body', async () => {
    const target = await serve(
      (request, response) => void request.toArray().then((body) => response.end(`got ${Buffer.concat(body).toString()}`)),
    )
    const url = await serve((request, response) => {
      request.resume()
      response.writeHead(307, { location: target }).end()
    })
    expect(await (await nodeFetch()(url, { method: 'POST', body: 'this' })).text()).toBe('got this')
  })

  test('gives a refusal whole, with its headers', async () => {
    const url = await serve((_, response) =>
      response.writeHead(429, { 'retry-after': '2', 'content-type': 'application/json' }).end('{"error":1}'),
    )
    const response = await nodeFetch()(url)
    expect([response.status, response.ok, response.headers.get('retry-after'), await response.json()]).toEqual([
      429,
      false,
      '2',
      { error: 1 },
    ])
  })

  test('stops with the reason of its signal, before and after the head of the answer', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/streams') response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: on\n\n')
    })
    for (const path of ['/silent', '/streams']) {
      const controller = new AbortController()
      const asked = nodeFetch()(`${url}${path}`, { signal: controller.signal }).then(textOf)
      setImmediate(() => controller.abort(new Error('enough')))
      await expect(asked).rejects.toThrow('enough')
    }
  })

  test('may be stopped when nobody reads any more', async () => {
    const url = await serve((_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: on\n\n'))
    const controller = new AbortController()
    const response = await nodeFetch()(url, { signal: controller.signal })
    await response.body?.getReader().read()
    controller.abort(new Error('enough'))
    // An error that nobody listens to would be thrown at the process by now.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(controller.signal.aborted).toBe(true)
  })

  test('refuses a server that is not there', async () => {
    await expect(nodeFetch()('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
