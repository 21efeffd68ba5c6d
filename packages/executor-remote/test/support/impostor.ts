/** A worker that says whatever the test wants it to say. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { Frame } from './raw-caller.ts'

/** Something that is no worker, and says these frames to every caller once it has said hello. */
export async function impostor(...said: readonly (Frame | string)[]): Promise<{ readonly url: string; close(): void }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  server.on('connection', (socket) => {
    socket.once('message', () => said.forEach((frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))))
  })
  const close = (): void => {
    for (const client of server.clients) client.terminate()
    server.close()
  }
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, close }
}

export const welcome: Frame = {
  type: 'welcome',
  version: 1,
  session: 's',
  resumed: true,
  received: 0,
  graceMs: 30_000,
  maxMessageBytes: 1_000_000,
  capacity: 4,
  labels: [],
  draining: false,
}
