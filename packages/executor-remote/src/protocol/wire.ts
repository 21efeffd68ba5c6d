/** One connection: frames in, text out, a heartbeat, and the word of how it ended. */
import { toMessage } from '@seamfold/core/kit'
import type { RawData, WebSocket } from 'ws'
import { closeCodes, closeReason, ProtocolError } from './close-codes.ts'
import { decode } from './decode.ts'
import { heartbeat, type Heartbeat, type Pace } from './heartbeat.ts'
import { rateLimit, type Rate, type RateLimit } from './rate-limit.ts'

/** How a connection ended: the close code, and words. */
export type Ending = { readonly code: number; readonly reason: string }

/** Gets the frames of one message, and its size. A `ProtocolError` that it throws closes the connection. */
export type Receive<Frame> = (frames: readonly Frame[], bytes: number) => void

export interface WireOptions<Frame> extends Pace, Rate {
  parse(data: unknown): Frame
}

/** Milliseconds until a connection is cut whose other end does not answer our close. */
const CLOSE_MS = 1000

export class Wire<Frame> {
  /** Resolves when the connection has ended. Never rejects. */
  readonly ended: Promise<Ending>
  readonly #socket: WebSocket
  readonly #options: WireOptions<Frame>
  readonly #limit: RateLimit
  readonly #beat: Heartbeat
  #early: { readonly frames: readonly Frame[]; readonly bytes: number }[] = []
  #receive: Receive<Frame> | undefined
  #failure: string | undefined
  #closing = false

  constructor(socket: WebSocket, options: WireOptions<Frame>) {
    this.#socket = socket
    this.#options = options
    this.#limit = rateLimit(socket, options)
    this.#beat = heartbeat(socket, options, () => this.#cut(`no sign of life for ${options.heartbeatMs * 2} ms`))
    this.ended = new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve(this.#end(code, reason.toString())))
    })
    socket.on('message', (data, isBinary) => this.#guarded(() => this.#take(data, isBinary)))
    socket.on('error', (error) => {
      this.#failure ??= error.message
      this.#cutSoon()
    })
  }

  /** Bytes that wait for the network. */
  get buffered(): number {
    return this.#socket.bufferedAmount
  }

  /** The other end gave a sign of life when it was last asked. */
  get responsive(): boolean {
    return this.#beat.responsive
  }

  /** `written` is called once the network took it. */
  send(text: string, written?: () => void): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text, written)
  }

  /** Who gets the frames; while that is nobody they wait. */
  listen(receive: Receive<Frame> | undefined): void {
    this.#receive = receive
    if (receive === undefined) return
    for (const { frames, bytes } of this.#early.splice(0)) this.#guarded(() => receive(frames, bytes))
  }

  /** Says why, and cuts the connection if the other end does not answer. */
  close(code: number, reason: string): void {
    if (this.#closing) return
    this.#closing = true
    this.#failure ??= reason
    this.#socket.resume()
    this.#socket.close(code, closeReason(reason))
    this.#cutSoon()
  }

  /** The closing handshake has so long, and no longer. */
  #cutSoon(): void {
    const stop = this.#options.clock.timer(CLOSE_MS, () => this.#socket.terminate())
    this.#socket.once('close', stop)
  }

  #cut(reason: string): void {
    this.#failure ??= reason
    this.#socket.terminate()
  }

  #end(code: number, reason: string): Ending {
    this.#beat.stop()
    this.#limit.stop()
    const words = this.#failure ?? reason
    return { code, reason: words === '' ? `connection closed with code ${code}` : words }
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#closing) return
    this.#beat.heard()
    if (isBinary) throw new ProtocolError(closeCodes.malformed, 'Malformed frame: binary, where text is expected')
    const text = textOf(data)
    const frames = decode(text, this.#options.parse)
    this.#limit.count(frames.length)
    if (this.#receive === undefined) this.#early.push({ frames, bytes: text.length })
    else this.#receive(frames, text.length)
  }

  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.close(error instanceof ProtocolError ? error.code : 1011, toMessage(error))
    }
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString()
  return data instanceof ArrayBuffer ? Buffer.from(data).toString() : data.toString()
}
