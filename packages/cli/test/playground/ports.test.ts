/** Promises about the port that a playground answers at. */
import type { IncomingMessage } from 'node:http'
import { createAgent, memoryStore } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { checkHost, checkOrigin } from '../../src/playground/guard.ts'
import { servePlayground } from '../../src/playground/serve.ts'
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

test('a port that browsers refuse is refused before anything is opened', async () => {
  let opened = 0
  const open = () => {
    opened += 1
    const store = memoryStore()
    return { agent: createAgent({ llm: scriptedLlm([]), store }), store, about: { model: 'none', simulated: true } }
  }
  for (const port of [1, 22, 6000, 6667, 10_080]) {
    await expect(servePlayground({ port, open })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: `No browser opens a page at port ${port}: it is kept for something else. Choose another one with --port, or 0 for any free one.`,
    })
  }
  expect(opened).toBe(0)
})

test('a port that is taken is said in words, with the way out', async () => {
  await using here = await stage()
  await expect(stage({ port: here.playground.port })).rejects.toMatchObject({
    message: expect.stringContaining('Another program uses that port: choose one with --port, or 0 for any free one.') as unknown,
  })
})
