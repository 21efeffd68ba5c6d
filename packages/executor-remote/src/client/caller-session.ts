/** The steps of one caller on one worker, across as many connections as it takes. */
import { failedStep, isAgentError, toMessage, type AgentStepSpec, type ExecuteOptions } from '@seamfold/core/kit'
import { closeCodes, ProtocolError } from '../protocol/close-codes.ts'
import type { CallerMessage, Welcome, WorkerFrame } from '../protocol/frames.ts'
import { Link } from '../protocol/link.ts'
import { type Connection } from './connect.ts'
import { OpenSteps, unbegun, untouchedResult, type StepResult } from './open-steps.ts'
import type { Settings } from './options.ts'
import { SharedWait } from './shared-wait.ts'
import { Restorer, type Elsewhere } from './restorer.ts'

/** Another process has what the step was asked for, and goes on with it. */
const LOST = ['session_lost', 'workflow_lost'] as const

export class CallerSession {
  readonly welcome: Welcome
  readonly #settings: Settings
  readonly #restorer: Restorer
  readonly #link: Link<WorkerFrame, CallerMessage>
  readonly #steps = new OpenSteps((busy) => this.#connection.hold(busy))
  readonly #waits = new SharedWait()
  #connection: Connection
  #waiting: (() => void)[] = []
  #over: string | undefined
  #connected = false
  #draining: boolean

  constructor(connection: Connection, settings: Settings, elsewhere: Elsewhere) {
    this.welcome = connection.welcome
    this.#connection = connection
    this.#settings = settings
    this.#draining = connection.welcome.draining
    this.#restorer = new Restorer(connection.welcome, settings, elsewhere)
    this.#link = new Link<WorkerFrame, CallerMessage>({
      clock: settings.system.clock,
      deliver: (frame) => this.#deliver(frame),
      acknowledged: () => this.#acknowledged(),
    })
    void this.#live()
  }

  /** The worker takes no new steps. */
  get draining(): boolean {
    return this.#draining
  }

  /** The worker answers: nothing is being restored, and no sign of life is overdue. */
  get responsive(): boolean {
    return this.#connected && this.#connection.wire.responsive
  }

  /** Nothing can be run on it any more. */
  get over(): boolean {
    return this.#over !== undefined
  }

  /** Rejects with the signal's reason only. */
  run(spec: AgentStepSpec, options: ExecuteOptions): Promise<StepResult> {
    return this.#full || this.over || options.signal.aborted ? this.#runLater(spec, options) : this.#send(spec, options)
  }

  /** Stops its steps over there and leaves. */
  async leave(): Promise<void> {
    this.#end(`This executor of ${this.#settings.address} was closed`)
    const { wire } = this.#connection
    wire.send('{"type":"bye"}')
    wire.close(1000, 'the caller left')
    await wire.ended
  }

  get #full(): boolean {
    return this.#link.bytes > this.#settings.maxBufferBytes
  }

  async #runLater(spec: AgentStepSpec, options: ExecuteOptions): Promise<StepResult> {
    while (!this.over && this.#full) {
      await this.#waits.until(new Promise<void>((resolve) => void this.#waiting.push(resolve)), options.signal)
    }
    options.signal.throwIfAborted()
    return this.#over === undefined ? this.#send(spec, options) : untouchedResult(spec, this.#over)
  }

  #send(spec: AgentStepSpec, { signal, onEvent }: ExecuteOptions): Promise<StepResult> {
    const id = this.#settings.system.id('step')
    return new Promise((resolve, reject) => {
      const problem = this.#link.send({ type: 'execute', id, spec, events: onEvent !== undefined })
      if (problem !== undefined) {
        const outcome = failedStep(spec, `Step ${spec.taskId} cannot be sent to a worker: ${problem}`)
        return resolve({ outcome: { ...outcome, code: 'invalid_argument' }, fate: 'settled' })
      }
      const stopped = (): void => {
        const lost = LOST.some((code) => isAgentError(signal.reason, code)) || undefined
        this.#link.send({ type: 'cancel', id, reason: toMessage(signal.reason).slice(0, 1000), ...(lost && { lost }) })
        reject(signal.reason as Error)
      }
      this.#steps.add(id, { spec, seq: this.#link.last, onEvent, signal, settle: resolve, stopped })
    })
  }

  #deliver(frame: WorkerFrame): void {
    this.#restorer.progressed()
    switch (frame.type) {
      case 'event':
        return this.#steps.get(frame.id)?.onEvent?.(frame.envelope)
      case 'outcome':
        return this.#steps.take(frame.id)?.settle({ outcome: frame.outcome, fate: 'settled' })
      case 'refused': {
        const step = this.#steps.take(frame.id)
        const words = `The worker at ${this.#settings.address} did not start the step: ${frame.reason}`
        return step?.settle(unbegun(step.spec, words))
      }
      case 'drain':
        this.#draining = true
        return
      default:
        throw new ProtocolError(closeCodes.malformed, `A frame of type ${frame.type} may not come now`)
    }
  }

  #acknowledged(): void {
    this.#restorer.progressed()
    if (!this.#full) this.#wakeAll()
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  #end(why: string): void {
    if (this.#over !== undefined) return
    this.#over = why
    this.#restorer.stop(why)
    this.#link.detach()
    this.#steps.lose(why, { given: this.#link.given, journal: this.welcome.journal })
    this.#wakeAll()
  }

  /** Goes from one connection to the next, until there is no next one. */
  async #live(): Promise<void> {
    while (!this.over) {
      const { wire, welcome } = this.#connection
      if (!this.#link.attach(wire, welcome)) return this.#end(`The worker at ${this.#settings.address} has mixed up its sessions`)
      this.#connected = true
      this.#connection.hold(this.#steps.size > 0)
      const ending = await wire.ended
      this.#connected = false
      this.#link.detach()
      if (this.over) return
      if (this.#steps.size === 0 && this.#link.bytes === 0) return this.#end('The connection ended while it was idle')
      const next = await this.#restorer.restore(ending, this.#link.received)
      if (typeof next === 'string') return this.#end(next)
      this.#connection = next
    }
  }
}
