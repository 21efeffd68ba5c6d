/** The network before a worker: one address that stays while the worker behind it comes and goes, and that can be cut. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Relay {
  readonly url: string
  /** Where connections go from now on; undefined: nowhere. */
  target(port: number | undefined): void
  /** Break every connection, each wherever it stands. Gives how many there were. */
  cut(): number
  close(): Promise<void>
}

export async function startRelay(): Promise<Relay> {
  const sockets = new Set<Socket>()
  let port: number | undefined
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createServer((near) => {
    if (port === undefined) return void near.destroy()
    const far = connect(port, '127.0.0.1')
    keep(near)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): number => {
    const count = sockets.size
    for (const socket of sockets) socket.destroy()
    return count
  }
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    target: (next) => void (port = next),
    cut,
    async close() {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}
