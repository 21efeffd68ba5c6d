/** Promises about the port that a playground answers at. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAgent, memoryStore } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { checkHost, checkOrigin } from '../../src/playground/guard.ts'
import { servePlayground } from '../../src/playground/serve.ts'
import type { PlaygroundAgent } from '../../src/playground/types.ts'
import { stage } from './stage.ts'

const asking = (headers: Readonly<Record<string, string>>): IncomingMessage => ({ headers }) as unknown as IncomingMessage

test('at the port of the web, browsers leave the port out: the same page is let in, and no other', () => {
  for (const host of ['127.0.0.1', 'localhost', '127.0.0.1:80', 'localhost:80']) {
    expect(() => checkHost(asking({ host }), 80)).not.toThrow()
    expect(() => checkOrigin(asking({ host, origin: `http://${host}` }), 80)).not.toThrow()
  }
  for (const host of ['127.0.0.1:8080', 'evil.example', 'localhost.evil.example', '127.0.0.1:', '']) {
    expect(() => checkHost(asking({ host }), 80)).toThrow('is not served here')
    expect(() => checkOrigin(asking({ origin: `http://${host}` }), 80)).toThrow('may not use this server')
  }
  expect(() => checkHost(asking({ host: '127.0.0.1' }), 4848)).toThrow('is not served here')
  expect(() => checkOrigin(asking({ origin: 'http://localhost' }), 4848)).toThrow('may not use this server')
})

/** Counts how often something was opened. */
function opening(): { readonly open: () => PlaygroundAgent; readonly count: () => number } {
  let opened = 0
  const open = (): PlaygroundAgent => {
    opened += 1
    const store = memoryStore()
    return { agent: createAgent({ llm: scriptedLlm([]), store }), store, about: { model: 'none', simulated: true } }
  }
  return { open, count: () => opened }
}

test('a port that browsers refuse is refused before anything is opened', async () => {
  const { open, count } = opening()
  for (const port of [1, 22, 6000, 6667, 10_080]) {
    await expect(servePlayground({ port, open })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: `No browser opens a page at port ${port}: it is kept for something else. Choose another one with --port, or 0 for any free one.`,
    })
  }
  expect(count()).toBe(0)
})

test('a port where a playground runs is said with the way to that one, and to one more, before anything is opened', async () => {
  await using here = await stage()
  const { port } = here.playground
  const { open, count } = opening()
  await expect(servePlayground({ port, open })).rejects.toMatchObject({
    code: 'invalid_argument',
    message:
      `The playground cannot listen on 127.0.0.1:${port}. A playground runs there already: open http://127.0.0.1:${port}/ ` +
      'in the browser that it was opened in before, or else the address with its token, which stands where it was started. ' +
      'For a second one choose a port with --port, or 0 for any free one.',
  })
  expect(count()).toBe(0)
})

test.each([
  ['that says nothing', () => undefined],
  ['of another web site', (_: unknown, response: ServerResponse) => void response.writeHead(401).end('{"code":"unauthorized"}')],
  ['that hangs up', ({ socket }: IncomingMessage) => void socket.destroy()],
])('a port of a program %s is said to be taken, before anything is opened', async (_, answer) => {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { open, count } = opening()
  await expect(servePlayground({ port, open })).rejects.toThrow(
    `The playground cannot listen on 127.0.0.1:${port}. Another program uses that port: choose one with --port, or 0 for any free one.`,
  )
  expect(count()).toBe(0)
  server.closeAllConnections()
  server.close()
})

test('what cannot be opened gives its port back', async () => {
  const port = await stage().then(async ({ playground }) => {
    await playground.close()
    return playground.port
  })
  const refuse = (): never => {
    throw new Error('no model')
  }
  await expect(servePlayground({ port, open: refuse })).rejects.toThrow('no model')
  await (await stage({ port })).playground.close()
})
