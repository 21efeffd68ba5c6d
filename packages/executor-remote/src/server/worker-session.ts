/** One caller on the worker, across as many connections as it takes. */
import { closeCodes, ProtocolError } from '../protocol/close-codes.ts'
import { protocolVersions, type CallerFrame, type Cancel, type Execute, type Hello, type WorkerMessage } from '../protocol/frames.ts'
import { Link } from '../protocol/link.ts'
import type { Wire } from '../protocol/wire.ts'
import type { ServeSettings } from './options.ts'
import { ServedStep } from './served-step.ts'
import type { StepQueue } from './step-queue.ts'
import type { WatchedExecutor } from './watched-executor.ts'

/** What all sessions of a worker share. */
export type WorkerPlace = {
  readonly executor: WatchedExecutor
  readonly settings: ServeSettings
  readonly queue: StepQueue
  /** Something became quiet. */
  changed(): void
  ended(session: WorkerSession): void
}

export class WorkerSession {
  readonly id: string
  /** Who the caller is: nobody else may go on with this session. */
  readonly identity: string
  readonly #place: WorkerPlace
  readonly #steps = new Map<string, ServedStep>()
  readonly #link: Link<CallerFrame, WorkerMessage>
  #wire: Wire<CallerFrame> | undefined
  #forget: (() => void) | undefined
  #over = false

  constructor(identity: string, place: WorkerPlace) {
    this.id = place.settings.system.id('session')
    this.identity = identity
    this.#place = place
    this.#link = new Link<CallerFrame, WorkerMessage>({
      clock: place.settings.system.clock,
      deliver: (frame) => this.#deliver(frame),
      acknowledged: () => this.#acknowledged(),
    })
  }

  /** Nothing runs, and everything that was said has arrived. */
  get quiet(): boolean {
    return this.#steps.size === 0 && this.#link.bytes === 0
  }

  get connected(): boolean {
    return this.#wire !== undefined
  }

  /** Go on over this connection, and say welcome. False when what the caller asks for is not there any more. */
  attach(wire: Wire<CallerFrame>, { versions, resume, maxMessageBytes }: Hello, draining: boolean): boolean {
    const resumed = resume?.session === this.id
    const received = resumed ? resume.received : 0
    if (!this.#link.attach(wire, { received, maxMessageBytes })) return false
    this.#wire?.close(closeCodes.replaced, 'the session goes on over a newer connection')
    this.#forget?.()
    this.#wire = wire
    void wire.ended.then(() => this.#lost(wire))
    const { graceMs, capacity, labels, agents, journal, maxMessageBytes: ourBytes } = this.#place.settings
    const does = { capacity, labels, ...(agents && { agents }), ...(journal !== undefined && { journal }) }
    const ours = { session: this.id, received: this.#link.received, graceMs, ...does, maxMessageBytes: ourBytes }
    const version = protocolVersions.find((each) => versions.includes(each))
    wire.send(JSON.stringify({ type: 'welcome', version, resumed, draining, ...ours }))
    return true
  }

  /** Tell the caller that no new steps are taken. */
  drain(): void {
    this.#link.send({ type: 'drain' })
  }

  /** Stops its steps and breaks off. */
  end(reason: string, code: number = closeCodes.closing): void {
    this.#stop(reason, { code, stop: (step) => step.cancel(reason) })
  }

  /** As `end`, but nobody wants them to be over: what the executor has kept of them can be asked for again, here or elsewhere. */
  abandon(reason: string): void {
    this.#stop(reason, { code: closeCodes.closing, stop: (step) => step.interrupt(reason) })
  }

  #cancel({ id, reason, lost }: Cancel): void {
    const step = this.#steps.get(id)
    if (lost === true) step?.interrupt(reason)
    else step?.cancel(reason)
  }

  #stop(reason: string, { code, stop }: { readonly code: number; readonly stop: (step: ServedStep) => void }): void {
    if (this.#over) return
    this.#over = true
    this.#forget?.()
    for (const step of this.#steps.values()) stop(step)
    this.#link.detach()
    this.#wire?.close(code, reason)
    this.#place.ended(this)
  }

  #deliver(frame: CallerFrame): void {
    switch (frame.type) {
      case 'execute':
        return this.#execute(frame)
      case 'cancel':
        return this.#cancel(frame)
      case 'bye':
        return this.end('the caller left', 1000)
      default:
        throw new ProtocolError(closeCodes.malformed, `A frame of type ${frame.type} may not come now`)
    }
  }

  #execute(asked: Execute): void {
    if (this.#steps.has(asked.id)) throw new ProtocolError(closeCodes.malformed, `Step id ${asked.id} is taken`)
    const { executor, settings, queue } = this.#place
    const closed = (step: ServedStep): void => this.#closed(step)
    const step = new ServedStep(asked, { executor, link: this.#link, maxBufferBytes: settings.maxBufferBytes, closed })
    this.#steps.set(step.id, step)
    const problem = queue.add(step)
    if (problem !== undefined) step.refuse(problem)
  }

  #closed(step: ServedStep): void {
    this.#steps.delete(step.id)
    this.#place.queue.remove(step)
    this.#place.changed()
  }

  #acknowledged(): void {
    this.#place.queue.pump()
    this.#place.changed()
  }

  #lost(wire: Wire<CallerFrame>): void {
    if (this.#wire !== wire || this.#over) return
    this.#wire = undefined
    this.#link.detach()
    const { graceMs, system } = this.#place.settings
    this.#forget = system.clock.timer(graceMs, () => this.abandon(`the caller was away for more than ${graceMs} ms`))
  }
}
