/** A TCP proxy that treats the bytes that pass through it as a bad network would. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type Direction = 'up' | 'down'

/** What happens to a piece of data: the pieces that go on, in order. `cut` breaks the connection right after them. */
export type Fate = {
  readonly pieces: readonly Buffer[]
  readonly cut?: boolean
  /** The sender's end is cut now, and the pieces arrive all the same, before the other end is cut. */
  readonly leave?: boolean
  readonly delayMs?: number
  /** What it waits for. */
  readonly after?: Promise<void>
}

/** Called for every piece; `connection` counts from 0, `passed` are the bytes that went this way on this connection before. */
export type Weather = (data: Buffer, place: { readonly direction: Direction; readonly connection: number; readonly passed: number }) => Fate

export interface Proxy {
  readonly url: string
  /** Connections so far. */
  readonly connections: number
  /** Break what is open. */
  cutAll(): void
  /** Refuse new connections, or take them again. */
  refuse(refusing: boolean): void
  close(): Promise<void>
}

export const fairWeather: Weather = (data) => ({ pieces: [data] })

export async function startProxy(target: string, weather: Weather = fairWeather): Promise<Proxy> {
  const { port: targetPort, hostname } = new URL(target)
  const sockets = new Set<Socket>()
  let connections = 0
  let refusing = false
  const server = createServer((near) => {
    const connection = connections++
    if (refusing) return void near.destroy()
    const far = connect(Number(targetPort), hostname)
    let left = false
    const cut = (): void => {
      near.destroy()
      far.destroy()
    }
    for (const [from, to, direction] of [
      [near, far, 'up'],
      [far, near, 'down'],
    ] as const) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('error', cut)
      from.on('close', () => {
        sockets.delete(from)
        if (!left) cut()
      })
      let passed = 0
      let line = Promise.resolve()
      from.on('data', (data) => {
        const fate = weather(data, { direction, connection, passed })
        passed += data.length
        if (fate.leave === true) {
          left = true
          from.destroy()
        }
        line = passOn(line, fate, { to, cut })
      })
      from.on('end', () => to.end())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get connections() {
      return connections
    },
    cutAll() {
      for (const socket of sockets) socket.destroy()
    },
    refuse(next) {
      refusing = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function passOn(
  before: Promise<void>,
  { pieces, cut, leave, delayMs, after }: Fate,
  far: { readonly to: Socket; cut(): void },
): Promise<void> {
  await before
  await after
  if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs))
  for (const piece of pieces) if (!far.to.destroyed) far.to.write(piece)
  if (cut === true) far.cut()
  if (leave === true) far.to.end()
}
