/** A lane between both ends that outlives its connections: every message arrives once and in order. */
import { toMessage, type Clock } from '@seamfold/core/kit'
import { Acknowledgements } from './acknowledgements.ts'
import { closeCodes, ProtocolError } from './close-codes.ts'
import { isTooDeep, MAX_DEPTH } from './decode.ts'
import { problemOf, type CallerMessage, type WorkerMessage } from './frames.ts'
import { Outbox } from './outbox.ts'
import type { Wire } from './wire.ts'

/** Room for the line of an acknowledgement beside a frame of the largest size. */
const SPARE_BYTES = 256
/** A crowd travels in parts of so many frames: the other end works on one while the next is made. */
const PART_FRAMES = 16
/** Small frames travel together, up to this many bytes. */
const BATCH_BYTES = 65_536
/** While more than this many bytes wait for the network, the rest waits here. */
const WIRE_BYTES = 1_048_576

type Incoming = { readonly type: string; readonly seq?: number; readonly received?: number }

export interface LinkOptions<In extends Incoming> {
  readonly clock: Clock
  /** Gets every numbered frame once and in order, and frames without a number as they come. */
  deliver(frame: In): void
  /** Called after the other end acknowledged something. */
  acknowledged(): void
}

export class Link<In extends Incoming, Out extends CallerMessage | WorkerMessage> {
  readonly #options: LinkOptions<In>
  readonly #outbox = new Outbox()
  readonly #acks: Acknowledgements
  readonly #written = (): void => {
    if (this.#stalled) this.#schedule()
  }
  #wire: Wire<In> | undefined
  #received = 0
  #peerBytes = Infinity
  #scheduled = false
  #stalled = false
  /** After a frame that came alone the next one goes out at once; what comes in a crowd waits for the rest of its crowd. */
  #answering = false
  /** Sent since the last flush. */
  #unsent = 0

  constructor(options: LinkOptions<In>) {
    this.#options = options
    this.#acks = new Acknowledgements(options.clock, () => this.#schedule())
  }

  /** Bytes that are kept because the other end has not acknowledged them. */
  get bytes(): number {
    return this.#outbox.bytes
  }

  /** The number of the last frame that arrived. */
  get received(): number {
    return this.#received
  }

  /** The number of the last message that was sent. */
  get last(): number {
    return this.#outbox.last
  }

  /** The highest number that any connection was given: what is above it cannot have arrived. */
  get given(): number {
    return this.#outbox.given
  }

  /** Send, now or once there is a connection. Gives words when the other end could not read it; then nothing is sent. */
  send(message: Out): string | undefined {
    const text = numbered(message, this.last + 1)
    if (typeof text !== 'string') return `it cannot be written as JSON (${text.problem})`
    const size = Buffer.byteLength(text)
    if (size + SPARE_BYTES > this.#peerBytes) return `it takes ${size} bytes, and the other end reads at most ${this.#peerBytes}`
    if (isTooDeep(text)) return `it is nested more than ${MAX_DEPTH} deep`
    const problem = problemOf(message, text)
    if (problem !== undefined) return problem
    this.#outbox.push(text, size)
    this.#unsent += 1
    if (this.#unsent >= PART_FRAMES || (this.#answering && !this.#scheduled)) this.#flush()
    else this.#schedule()
    return undefined
  }

  /** Go on over this connection, whose other end has everything up to `received`. False when that cannot be. */
  attach(wire: Wire<In>, peer: { readonly received: number; readonly maxMessageBytes: number }): boolean {
    if (!this.#outbox.rewind(peer.received)) return false
    this.#wire = wire
    this.#peerBytes = peer.maxMessageBytes
    this.#acks.reset()
    wire.listen((frames, bytes) => this.#takeAll(wire, frames, bytes))
    this.#schedule()
    return true
  }

  detach(): void {
    this.#wire = undefined
    this.#acks.reset()
  }

  #takeAll(wire: Wire<In>, frames: readonly In[], bytes: number): void {
    const before = this.#received
    this.#answering = frames.length === 1
    for (const frame of frames) if (this.#wire === wire) this.#take(frame)
    this.#acks.add(this.#received - before, bytes)
  }

  #take(frame: In): void {
    if (frame.type === 'ack') {
      const known = this.#outbox.acknowledge(frame.received ?? 0)
      if (!known) throw new ProtocolError(closeCodes.malformed, `Frame ${String(frame.received)} was acknowledged, but never sent`)
      return this.#options.acknowledged()
    }
    const next = this.#received + 1
    if (frame.seq === undefined || frame.seq === next) {
      if (frame.seq !== undefined) this.#received = next
      this.#options.deliver(frame)
    } else if (frame.seq > next) {
      throw new ProtocolError(closeCodes.gap, `Frame ${frame.seq} arrived where ${next} is next`)
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#wire === undefined) return
    this.#scheduled = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#answering = false
    this.#scheduled = false
    this.#stalled = false
    this.#unsent = 0
    const wire = this.#wire
    if (wire === undefined) return
    while (this.#outbox.waiting || this.#acks.due) {
      if (wire.buffered > WIRE_BYTES) {
        this.#stalled = true
        return
      }
      const lines = this.#outbox.take(Math.min(BATCH_BYTES, this.#peerBytes - SPARE_BYTES))
      if (this.#acks.take(lines.length > 0)) lines.push(`{"type":"ack","received":${this.#received}}`)
      wire.send(lines.join('\n'), this.#written)
    }
  }
}

/** The message as JSON, with its number in front: that is cheaper than a copy of the message that has it. */
function numbered(message: { readonly type: string }, seq: number): string | { readonly problem: string } {
  try {
    return `{"seq":${seq},${JSON.stringify(message).slice(1)}`
  } catch (error) {
    return { problem: toMessage(error) }
  }
}
