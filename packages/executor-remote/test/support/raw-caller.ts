/** A caller that says whatever the test wants to say. */
import { WebSocket } from 'ws'

export type Frame = { readonly type: string; readonly [field: string]: unknown }

export interface RawCaller {
  readonly socket: WebSocket
  /** The code and the reason with which the other end closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  /** Frames as lines of one message. A string goes out as it is. */
  say(...frames: readonly (Frame | string)[]): void
  /** The next frame of this type, from what has come or will. */
  hear(type: string): Promise<Frame>
  /** Everything of this type that has come and that nobody heard. */
  heard(type: string): readonly Frame[]
}

export const hello: Frame = { type: 'hello', versions: [1], maxMessageBytes: 1_000_000 }

export async function rawCaller(url: string, options: WebSocket.ClientOptions = {}): Promise<RawCaller> {
  const socket = new WebSocket(url, { perMessageDeflate: false, ...options })
  const frames: Frame[] = []
  const waiting: { readonly type: string; readonly take: (frame: Frame) => void; readonly fail: (error: Error) => void }[] = []
  socket.on('message', (data: Buffer) => {
    for (const line of data.toString().split('\n')) {
      const frame = JSON.parse(line) as Frame
      const index = waiting.findIndex(({ type }) => type === frame.type)
      if (index === -1) frames.push(frame)
      else waiting.splice(index, 1)[0]?.take(frame)
    }
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => {
      for (const { type, fail } of waiting) fail(new Error(`closed with ${code} ${reason.toString()} while waiting for ${type}`))
      resolve({ code, reason: reason.toString() })
    })
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => {})
  return {
    socket,
    closed,
    say: (...said) => socket.send(said.map((frame) => (typeof frame === 'string' ? frame : JSON.stringify(frame))).join('\n')),
    hear: (type) => {
      const index = frames.findIndex((frame) => frame.type === type)
      const [found] = index === -1 ? [] : frames.splice(index, 1)
      if (found !== undefined) return Promise.resolve(found)
      return new Promise((take, fail) => waiting.push({ type, take, fail }))
    },
    heard: (type) => frames.filter((frame) => frame.type === type),
  }
}

export const execute = (seq: number, id: string, events: boolean = true): Frame => ({
  type: 'execute',
  seq,
  id,
  events,
  spec: { taskId: id, agent: 'explore', description: 'look', prompt: id },
})
