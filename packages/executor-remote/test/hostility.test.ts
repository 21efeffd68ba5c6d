/** Garbage closes the connection that it came over with a code and a reason, and harms nobody else. */
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { connect } from 'node:net'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { certificate } from './support/certificate.ts'
import { useEnds } from './support/ends.ts'
import { impostor, welcome } from './support/impostor.ts'
import { execute, hello, type Frame } from './support/raw-caller.ts'
import { executorOf, gate, never, outcomeOf, specOf, streaming } from './support/steps.ts'

const ends = useEnds()

const specWith = (part: object): Frame => ({ ...execute(1, 'a'), spec: { ...(execute(1, 'a').spec as object), ...part } })

const works = async (url: string): Promise<void> => {
  const executor = ends.call(url)
  await expect(executor.executeStep(specOf('after'), { signal: never() })).resolves.toMatchObject({ status: 'completed' })
  await executor.close()
}

describe('a worker', () => {
  test.each<[string, readonly (Frame | string)[], [number, RegExp]]>([
    ['text that is not JSON', ['hello?'], [4400, /^Malformed frame: not JSON: "hello\?"$/]],
    ['an empty message', [''], [4400, /^Malformed frame: not JSON: ""$/]],
    ['JSON that is not a frame', ['null'], [4400, /^Malformed frame: frame: /]],
    ['a frame of an unknown type', [{ type: 'bogus' }], [4400, /^Malformed frame: type: /]],
    ['a first frame that is no hello', [execute(1, 'a')], [4400, /begins with one hello, not with execute$/]],
    ['two hellos at once', [hello, hello], [4400, /begins with one hello/]],
    ['a version of the future', [{ ...hello, versions: [3, 4] }], [4406, /^This worker speaks version 2, 1, the caller 3, 4$/]],
    ['a hello with fields of the wrong kind', [{ ...hello, versions: 'all' }], [4400, /^Malformed frame: versions: /]],
    ['nesting without end', ['['.repeat(1_000_000)], [4400, /^Malformed frame: nested more than 128 deep$/]],
  ])('closes on %s', async (_what, frames, [code, reason]) => {
    const serving = await ends.serve(streaming(1))
    const caller = await ends.raw(serving.url)
    caller.say(...frames)
    const closed = await caller.closed
    expect(closed.code).toBe(code)
    expect(closed.reason).toMatch(reason)
    await works(serving.url)
  })

  test.each<[string, readonly (Frame | string)[], [number, RegExp]]>([
    ['a second hello', [hello], [4400, /^A frame of type hello may not come now$/]],
    ['a step without a prompt', [{ ...execute(1, 'a'), spec: { taskId: 'a' } }], [4400, /^Malformed frame: spec\./]],
    ['a session that is no name', [specWith({ sessionId: 7 })], [4400, /^Malformed frame: spec\.sessionId: /]],
    [
      'a budget that is no amount',
      [specWith({ authority: { budget: { usd: -1 } } })],
      [4400, /^Malformed frame: spec\.authority\.budget\.usd: /],
    ],
    [
      'a deadline that is no time',
      [specWith({ authority: { deadline: 'soon' } })],
      [4400, /^Malformed frame: spec\.authority\.deadline: /],
    ],
    ['a depth below the ground', [specWith({ authority: { depth: -5 } })], [4400, /^Malformed frame: spec\.authority\.depth: /]],
    ['answers that are none', [specWith({ answers: 5 })], [4400, /^Malformed frame: spec\.answers: /]],
    ['a number that leaves a gap', [execute(2, 'a')], [4422, /^Frame 2 arrived where 1 is next$/]],
    ['a step id that is taken', [execute(1, 'a'), execute(2, 'a')], [4400, /^Step id a is taken$/]],
    ['an acknowledgement of what was never sent', [{ type: 'ack', received: 9 }], [4400, /^Frame 9 was acknowledged, but never sent$/]],
    ['a number that is not whole', [{ ...execute(1, 'a'), seq: 1.5 }], [4400, /^Malformed frame: seq: /]],
  ])('closes an open session on %s', async (_what, frames, [code, reason]) => {
    const serving = await ends.serve(
      executorOf(() => new Promise(() => {})),
      { graceMs: 0 },
    )
    const caller = await ends.raw(serving.url)
    caller.say(hello)
    await caller.hear('welcome')
    caller.say(...frames)
    const closed = await caller.closed
    expect(closed.code).toBe(code)
    expect(closed.reason).toMatch(reason)
  })

  test('closes on a binary message, and on one that is too large', async () => {
    const serving = await ends.serve(streaming(1), { maxMessageBytes: 2048 })
    const binary = await ends.raw(serving.url)
    binary.socket.send(Buffer.from([1, 2, 3]))
    expect(await binary.closed).toEqual({ code: 4400, reason: 'Malformed frame: binary, where text is expected' })
    const large = await ends.raw(serving.url)
    large.say(JSON.stringify({ ...hello, filler: 'x'.repeat(2048) }))
    expect((await large.closed).code).toBe(1009)
    await works(serving.url)
  })

  test('closes on a caller that does not introduce itself', async () => {
    const serving = await ends.serve(streaming(1), { handshakeMs: 30 })
    const caller = await ends.raw(serving.url)
    expect(await caller.closed).toEqual({ code: 4408, reason: 'No hello within 30 ms' })
  })

  test('drops a connection whose request never ends', async () => {
    const serving = await ends.serve(streaming(1), { handshakeMs: 30 })
    const { port, hostname } = new URL(serving.url)
    const socket = connect(Number(port), hostname)
    const received: Buffer[] = []
    socket.on('data', (data: Buffer) => void received.push(data))
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nx-slow: ')
    await once(socket, 'close')
    expect(Buffer.concat(received).toString()).toMatch(/^HTTP\/1\.1 408 /)
  })

  test('drops a connection that never agrees on its encryption', async () => {
    const serving = await ends.serve(streaming(1), { tls: certificate, token: 't', handshakeMs: 30 })
    const { port } = new URL(serving.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    socket.resume()
    await once(socket, 'close')
    expect(socket.bytesRead).toBe(0)
  })

  test('closes at once, whoever is still agreeing on something', async () => {
    const serving = await ends.serve(streaming(1), { tls: certificate, token: 't' })
    const socket = connect(Number(new URL(serving.url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.resume()
    await once(socket, 'connect')
    await serving.close()
    await once(socket, 'close')
    expect(socket.bytesRead).toBe(0)
  })

  test('is not held up by callers that say one byte at a time', async () => {
    const serving = await ends.serve(streaming(1))
    const { port, hostname } = new URL(serving.url)
    const dripping = Array.from({ length: 50 }, () => connect(Number(port), hostname))
    for (const socket of dripping) {
      socket.on('error', () => {})
      socket.write('GET / HTTP/1.1\r\nHost: a')
    }
    for (let drop = 0; drop < 20; drop++) {
      for (const socket of dripping) socket.write('a')
      await works(serving.url)
    }
    expect(dripping.filter(({ closed }) => closed)).toEqual([])
    for (const socket of dripping) socket.destroy()
  })

  test('outlives any garbage, before and after the handshake', async () => {
    const serving = await ends.serve(streaming(1), { graceMs: 0 })
    const { port, hostname } = new URL(serving.url)
    const frame = fc.record(
      {
        type: fc.constantFrom('hello', 'execute', 'cancel', 'ack', 'bye', 'welcome'),
        seq: fc.anything(),
        id: fc.anything(),
        spec: fc.anything(),
      },
      { requiredKeys: ['type'] },
    )
    const garbage = fc.oneof(
      fc.string(),
      fc.json(),
      frame.map((value) => JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? 0 : each))),
    )
    await fc.assert(
      fc.asyncProperty(fc.boolean(), garbage, fc.uint8Array({ minLength: 1, maxLength: 40 }), async (introduced, text, bytes) => {
        const caller = await ends.raw(serving.url)
        if (introduced) caller.say(hello)
        caller.say(text, 'not a frame')
        expect((await caller.closed).code).toBeGreaterThanOrEqual(1000)
        const socket = connect(Number(port), hostname)
        socket.on('error', () => {})
        socket.end(bytes)
        socket.resume()
        await once(socket, 'close')
      }),
      { numRuns: 60 },
    )
    await works(serving.url)
  }, 30_000)

  test('takes no more connections than it is told to', async () => {
    const serving = await ends.serve(streaming(1), { maxConnections: 1 })
    const caller = await ends.raw(serving.url)
    await expect(ends.raw(serving.url)).rejects.toThrow('503')
    caller.socket.terminate()
    await works(serving.url)
  })

  test.each([
    ['with a wrong token', '/', 401],
    ['with a path that is not served', '/elsewhere', 404],
  ])('gives no place to callers %s that never close their end', async (_what, path, status) => {
    const serving = await ends.serve(streaming(1), { token: 'right', maxConnections: 4 })
    const { port, hostname } = new URL(serving.url)
    const upgrade = 'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='
    const held = await Promise.all(
      Array.from({ length: 24 }, async () => {
        const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
        socket.on('error', () => {})
        socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer wrong\r\n${upgrade}\r\n\r\n`)
        const [answer] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [Buffer | boolean]
        return { socket, answer: String(answer) }
      }),
    )
    expect(held.some(({ answer }) => answer.startsWith(`HTTP/1.1 ${status} `))).toBe(true)
    const executor = ends.call(serving.url, { token: 'right', connectMs: 3000 })
    await expect(executor.executeStep(specOf('after'), { signal: never() })).resolves.toMatchObject({ status: 'completed' })
    for (const { socket } of held) socket.destroy()
  })

  test.each(['/', '/elsewhere'])('outlives callers of %s that hang up while they are refused', async (path) => {
    const serving = await ends.serve(streaming(1), { token: 'right' })
    const { port, hostname } = new URL(serving.url)
    const upgrade = 'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='
    for (let time = 0; time < 100; time++) {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n\r\n`)
        if (time % 2 === 0) socket.resetAndDestroy()
        else setImmediate(() => socket.resetAndDestroy())
      })
      await once(socket, 'close')
    }
    const executor = ends.call(serving.url, { token: 'right' })
    await expect(executor.executeStep(specOf('after'), { signal: never() })).resolves.toMatchObject({ status: 'completed' })
  })

  test('answers an ordinary request with what it is', async () => {
    const serving = await ends.serve(streaming(1))
    const response = await fetch(serving.url.replace('ws:', 'http:'))
    expect([response.status, await response.text()]).toEqual([426, 'This is a Seamfold worker: connect with a WebSocket'])
  })
})

describe('a caller', () => {
  test.each<[string, readonly (Frame | string)[], RegExp]>([
    ['garbage instead of a welcome', ['what?'], /Malformed frame: not JSON: "what\?".*not started/],
    ['a welcome of the future', [{ ...welcome, version: 3 }], /began with version 3, not with a welcome of version 2 or 1.*not started/],
    ['a frame that is no welcome', [{ type: 'drain', seq: 1 }], /began with a frame of type drain.*not started/],
    ['garbage again and again', [welcome, 'what?'], /was broken off 3 times: Malformed frame: not JSON/],
    [
      'an outcome that is none',
      [welcome, { type: 'outcome', seq: 1, id: 'x', outcome: { status: 'great' } }],
      /broken off 3 times.*outcome\./,
    ],
    ...(
      [
        ['usage', { input: -5, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }],
        ['cost', -3],
      ] as const
    ).map(([field, value]): [string, readonly Frame[], RegExp] => [
      `a ${field} below nothing`,
      [welcome, { type: 'outcome', seq: 1, id: 'x', outcome: { ...outcomeOf(specOf('a'), 'ok'), [field]: value } }],
      new RegExp(`broken off 3 times.*outcome\\.${field}`),
    ]),
    [
      'acknowledgements of nothing',
      [welcome, { type: 'ack', received: 99 }],
      /broken off 3 times: Frame 99 was acknowledged, but never sent/,
    ],
  ])('fails its step in words on %s', async (_what, said, words) => {
    const { url, close } = await impostor(...said)
    const { status, output } = await ends.call(url, { connectMs: 2000 }).executeStep(specOf('a'), { signal: never() })
    close()
    expect(status).toBe('failed')
    expect(output).toMatch(words)
  })

  test('does not mind events and outcomes of steps that it does not know', async () => {
    const unknown = gate()
    const serving = await ends.serve(
      executorOf(async (spec, { signal }) => {
        if (spec.taskId !== 'cancelled') return outcomeOf(spec, 'ok')
        unknown.open()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        return outcomeOf(spec, 'too late')
      }),
    )
    const executor = ends.call(serving.url)
    const controller = new AbortController()
    const cancelled = executor.executeStep(specOf('cancelled'), { signal: controller.signal })
    await unknown.opened
    controller.abort(new Error('enough'))
    await expect(cancelled).rejects.toThrow('enough')
    await expect(executor.executeStep(specOf('next'), { signal: never() })).resolves.toMatchObject({ output: 'ok' })
  })

  test('fails its step in words when nothing, or nothing useful, listens there', async () => {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const url = `ws://127.0.0.1:${port}/`
    const hangsUp = await ends.call(url, { connectMs: 200 }).executeStep(specOf('a'), { signal: never() })
    expect(hangsUp.output).toMatch(/cannot be reached \(.*socket hang up.*\): the step was not started/)
    await new Promise((resolve) => server.close(resolve))
    const nothing = await ends.call(url, { connectMs: 200 }).executeStep(specOf('a'), { signal: never() })
    expect(nothing.output).toMatch(/cannot be reached \(.*ECONNREFUSED.*\): the step was not started/)
  })
})
