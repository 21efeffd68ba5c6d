/** The callers of a worker: takes new ones in, and old ones back. */
import { orAborted, type AgentExecutor } from '@seamfold/core/kit'
import { closeCodes, ProtocolError } from '../protocol/close-codes.ts'
import { protocolVersions, type CallerFrame, type Hello } from '../protocol/frames.ts'
import type { Wire } from '../protocol/wire.ts'
import type { ServeSettings } from './options.ts'
import { StepQueue } from './step-queue.ts'
import { WatchedExecutor } from './watched-executor.ts'
import { WorkerSession } from './worker-session.ts'

export class Sessions {
  readonly #executor: WatchedExecutor
  readonly #settings: ServeSettings
  readonly #queue: StepQueue
  readonly #sessions = new Map<string, WorkerSession>()
  /** Connections whose first frame is still to come. */
  readonly #strangers = new Set<Wire<CallerFrame>>()
  #draining = false
  #whenIdle: (() => void)[] = []

  constructor(executor: AgentExecutor, settings: ServeSettings) {
    this.#executor = new WatchedExecutor(executor)
    this.#settings = settings
    this.#queue = new StepQueue(settings, () => this.#changed())
  }

  /** Steps that run or wait. */
  get steps(): number {
    return this.#queue.size
  }

  /** A connection of a caller that was found to be this one; its first frame is still to come. */
  welcome(wire: Wire<CallerFrame>, identity: string): void {
    const { handshakeMs, system } = this.#settings
    const late = (): void => wire.close(closeCodes.handshakeTimeout, `No hello within ${handshakeMs} ms`)
    const timer = system.clock.timer(handshakeMs, late)
    const stop = (): void => {
      timer()
      this.#strangers.delete(wire)
    }
    this.#strangers.add(wire)
    void wire.ended.then(stop)
    wire.listen(([hello, ...rest]) => {
      stop()
      if (hello?.type === 'hello' && rest.length === 0) return this.#introduce(wire, identity, hello)
      throw new ProtocolError(closeCodes.malformed, `A connection begins with one hello, not with ${String(hello?.type)}`)
    })
  }

  /** No new steps; resolves when those under way are done and everything has arrived. Rejects with the signal's reason. */
  async drain(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.#stop('it is draining and takes no new steps')
    for (const session of this.#sessions.values()) session.drain()
    const idle = new Promise<void>((resolve) => void this.#whenIdle.push(resolve))
    this.#changed()
    await (signal === undefined ? idle : orAborted(idle, signal))
  }

  /** Stops every step and breaks off. */
  close(): void {
    this.#stop('it was closed')
    for (const wire of this.#strangers) wire.close(closeCodes.closing, 'the worker was closed')
    for (const session of this.#sessions.values()) session.abandon('the worker was closed')
  }

  #stop(reason: string): void {
    this.#draining = true
    this.#queue.stop(reason)
  }

  #introduce(wire: Wire<CallerFrame>, identity: string, hello: Hello): void {
    if (!hello.versions.some((version) => protocolVersions.includes(version))) {
      const words = `This worker speaks version ${protocolVersions.join(', ')}, the caller ${hello.versions.join(', ')}`
      throw new ProtocolError(closeCodes.version, words)
    }
    const known = hello.resume === undefined ? undefined : this.#sessions.get(hello.resume.session)
    if (known?.identity === identity && known.attach(wire, hello, this.#draining)) return
    this.#opened(identity).attach(wire, hello, this.#draining)
  }

  #opened(identity: string): WorkerSession {
    this.#makePlace()
    const session = new WorkerSession(identity, {
      executor: this.#executor,
      settings: this.#settings,
      queue: this.#queue,
      changed: () => this.#changed(),
      ended: ({ id }) => {
        this.#sessions.delete(id)
        this.#changed()
      },
    })
    this.#sessions.set(session.id, session)
    return session
  }

  /** A caller that is away and waits for nothing gives way to a new one. */
  #makePlace(): void {
    if (this.#sessions.size < this.#settings.maxConnections) return
    const away = [...this.#sessions.values()].find(({ connected, quiet }) => !connected && quiet)
    if (away === undefined) throw new ProtocolError(1013, `This worker has ${this.#sessions.size} callers and takes no more`)
    away.end('the caller was away, and its place was needed')
  }

  #changed(): void {
    if (this.#whenIdle.length === 0 || this.#queue.size > 0) return
    if ([...this.#sessions.values()].every(({ quiet }) => quiet)) for (const resolve of this.#whenIdle.splice(0)) resolve()
  }
}
