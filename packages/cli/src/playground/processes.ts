/** Keeps one agent's process: starts it, kills it when asked, replaces its parts, answers for it where a store is enough while it is gone. */
import { askAgent } from './ask-agent.ts'
import { agentGone, forward } from './forward.ts'
import { killInCommand } from './kill-in-command.ts'
import type { PartsWish } from './parts.ts'
import { processRoutes, type ProcessState } from './process-routes.ts'
import { RequestFailure } from './failure.ts'
import { findHandler, isRoute, type Exchange, type Routes } from './router.ts'
import { Sessions } from './sessions.ts'
import type { AgentProcess, PlaygroundProcesses } from './types.ts'
import { viewRoutes, type ViewRouteOptions } from './view-routes.ts'

type Surroundings = Pick<ViewRouteOptions, 'judgeModule' | 'maxBodyBytes' | 'heartbeatMs' | 'signal'>
type Options = Surroundings & { readonly processes: PlaygroundProcesses }

/** Asked of this process whatever the agent's does: the agent that is killed cannot tell. */
const own = /^\/api\/(agent|conformance|parts|scenarios)(\/|$)/

/** Milliseconds that an agent's process has to leave when it is asked to. */
const leaveMs = 10_000

export class AgentProcesses {
  readonly #surroundings: Surroundings
  readonly #routes: Routes
  #processes: PlaygroundProcesses
  #views: Routes
  #current: AgentProcess | undefined
  #starting: Promise<AgentProcess> | undefined
  #changing: Promise<unknown> = Promise.resolve()
  #about: unknown
  #starts = 0
  #ended: string | undefined
  #closed = false

  constructor({ processes, ...surroundings }: Options) {
    this.#surroundings = surroundings
    this.#processes = processes
    this.#views = this.#viewsOf(processes)
    this.#routes = processRoutes(this, surroundings.maxBodyBytes)
  }

  /** What is sent as JSON; undefined when the answer was given. */
  async answer(exchange: Omit<Exchange, 'id'>): Promise<unknown> {
    const { request, response, url } = exchange
    const method = request.method ?? 'GET'
    if (!own.test(url.pathname) && this.#current !== undefined) return forward(this.#current, request, response)
    const routes = { ...this.#views, ...this.#routes }
    // Where it is asked of an agent, or of nobody, the agent's process would say which.
    if (!own.test(url.pathname) && !isRoute(this.#views, method, url.pathname)) throw agentGone(this.#ended ?? 'it was not started')
    const { handler, id } = findHandler(routes, method, url.pathname)
    return handler({ ...exchange, id })
  }

  get parts(): PlaygroundProcesses['parts'] {
    return this.#processes.parts
  }

  state(): ProcessState {
    const { pid } = this.#current ?? {}
    return {
      state: pid === undefined ? 'gone' : 'running',
      ...(pid === undefined ? {} : { pid }),
      starts: this.#starts,
      ...(this.#ended === undefined ? {} : { ended: this.#ended }),
    }
  }

  /** Start a process where none is. Two at once start one. */
  start(): Promise<AgentProcess> {
    if (this.#closed) throw agentGone('the playground closes')
    if (this.#current !== undefined) return Promise.resolve(this.#current)
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined))
    return this.#starting
  }

  async kill(): Promise<void> {
    const current = this.#current
    current?.kill('SIGKILL')
    await current?.gone
  }

  /** One after the other. What cannot be is told before anything is stopped; what does not start is taken back. */
  change(wish: PartsWish, anyway: boolean): Promise<AgentProcess> {
    const changed = this.#changing.catch(() => undefined).then(() => this.#change(wish, anyway))
    this.#changing = changed
    return changed
  }

  /** The id of the session in which it is played. */
  async play(id: string, anyway: boolean): Promise<string> {
    const scenario = this.parts?.scenario(id)
    if (scenario === undefined) throw new RequestFailure(404, 'not_found', `There is no scenario '${id}'.`)
    const started = await this.change({ ...scenario.wish, workspace: 'sample' }, anyway)
    const session = await askAgent<{ readonly id: string }>(started, '/api/sessions', { metadata: { scenario: id } })
    if (scenario.dies === true) void killInCommand(started, session.id)
    await askAgent(started, `/api/sessions/${encodeURIComponent(session.id)}/send`, { prompt: scenario.prompt })
    return session.id
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#changing.catch(() => undefined)
    await this.#starting?.catch(() => undefined)
    await this.#leave('SIGTERM')
    await this.#processes.close?.()
  }

  async #change(wish: PartsWish, anyway: boolean): Promise<AgentProcess> {
    if (this.parts === undefined) throw new RequestFailure(404, 'not_found', "This server's parts cannot be replaced.")
    if (!anyway) await this.#assertIdle()
    const before = this.#processes
    const next = await this.parts.with(wish)
    // Asked to leave, it would end its runs; killed, it leaves them to be resumed.
    await this.#leave(anyway ? 'SIGKILL' : 'SIGTERM')
    this.#use(next)
    try {
      const started = await this.start()
      await before.close?.()
      return started
    } catch (error) {
      this.#use(before)
      await next.close?.()
      await this.start()
      throw error
    }
  }

  /** What is under way is not stopped for a change that nobody confirmed. */
  async #assertIdle(): Promise<void> {
    if (this.#current === undefined) return
    const { sessions } = await askAgent<{ readonly sessions: readonly { readonly title: string }[] }>(
      this.#current,
      '/api/sessions?status=active',
    )
    if (sessions.length === 0) return this.#assertNoWorkflow()
    throw new RequestFailure(
      409,
      'agent_busy',
      `The agent is at work on “${sessions[0]?.title ?? ''}”${sessions.length > 1 ? ` and ${sessions.length - 1} more` : ''}, and other parts need another process. ` +
        'Let it end or stop it first. Changed anyway, it is cut off where it stands, and can be resumed.',
    )
  }

  async #assertNoWorkflow(): Promise<void> {
    if (this.#current === undefined) return
    const { running } = await askAgent<{ readonly running: readonly string[] }>(this.#current, '/api/workflow-files').catch(
      () => ({ running: [] }), // it runs none
    )
    if (running.length === 0) return
    throw new RequestFailure(
      409,
      'agent_busy',
      `Workflow ${running[0]} is under way, and other parts need another process. Let it end or stop it first. ` +
        'Changed anyway, it is cut off where it stands, and can be resumed.',
    )
  }

  #use(processes: PlaygroundProcesses): void {
    this.#processes = processes
    this.#views = this.#viewsOf(processes)
  }

  #viewsOf({ store, watch, lives, ends, security }: PlaygroundProcesses): Routes {
    const about = (): unknown => this.#about
    return viewRoutes({ ...this.#surroundings, store, lives, security, sessions: new Sessions({ store, watch, lives, ends }), about })
  }

  /** Ask the process to leave, and see to it that it does. */
  async #leave(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const current = this.#current
    if (current === undefined) return
    current.kill(signal)
    const timer = setTimeout(() => current.kill('SIGKILL'), leaveMs)
    await current.gone
    clearTimeout(timer)
    this.#current = undefined
  }

  async #start(): Promise<AgentProcess> {
    const started = await this.#processes.start()
    this.#current = started
    this.#starts += 1
    this.#about = { durable: true, ...started.about }
    void this.#watch(started)
    return started
  }

  async #watch(started: AgentProcess): Promise<void> {
    this.#ended = await started.gone
    if (this.#current === started) this.#current = undefined
  }
}
