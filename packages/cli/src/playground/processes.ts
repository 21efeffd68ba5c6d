/** Keeps one agent's process: starts it, kills it when asked, answers for it where a store is enough while it is gone. */
import { readBody } from './body.ts'
import { agentGone, forward } from './forward.ts'
import { emptyBody } from './requests.ts'
import { findHandler, type Exchange, type Routes } from './router.ts'
import { Sessions } from './sessions.ts'
import type { AgentProcess, PlaygroundProcesses } from './types.ts'
import { viewRoutes, type ViewRouteOptions } from './view-routes.ts'

export type ProcessState = {
  readonly state: 'running' | 'gone'
  readonly pid?: number
  /** How often it was started. */
  readonly starts: number
  /** How the last one ended. */
  readonly ended?: string
}

type Options = Pick<ViewRouteOptions, 'judgeModule' | 'maxBodyBytes' | 'heartbeatMs' | 'signal'> & {
  readonly processes: PlaygroundProcesses
}

/** Asked of this process whatever the agent's does: the agent that is killed cannot tell. */
const own = /^\/api\/(agent|conformance)(\/|$)/

export class AgentProcesses {
  readonly #processes: PlaygroundProcesses
  readonly #views: Routes
  readonly #routes: Routes
  #current: AgentProcess | undefined
  #starting: Promise<AgentProcess> | undefined
  #about: unknown
  #starts = 0
  #ended: string | undefined
  #closed = false

  constructor({ processes, ...options }: Options) {
    this.#processes = processes
    const { store, watch } = processes
    const about = (): unknown => this.#about
    this.#views = viewRoutes({ ...options, store, sessions: new Sessions(store, undefined, watch), about })
    this.#routes = this.#routesOf(options.maxBodyBytes)
  }

  /** What is sent as JSON; undefined when the answer was given. */
  async answer(exchange: Omit<Exchange, 'id'>): Promise<unknown> {
    const { request, response, url } = exchange
    const method = request.method ?? 'GET'
    if (!own.test(url.pathname) && this.#current !== undefined) return forward(this.#current, request, response)
    const routes = { ...this.#views, ...this.#routes }
    if (!own.test(url.pathname) && !isKnown(this.#views, method, url.pathname)) throw agentGone(this.#ended ?? 'it was not started')
    const { handler, id } = findHandler(routes, method, url.pathname)
    return handler({ ...exchange, id })
  }

  /** Start a process where none is. Two at once start one. */
  start(): Promise<AgentProcess> {
    if (this.#current !== undefined) return Promise.resolve(this.#current)
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined))
    return this.#starting
  }

  async close(): Promise<void> {
    this.#closed = true
    const current = (await this.#starting?.catch(() => undefined)) ?? this.#current
    current?.kill('SIGTERM')
    await current?.gone
    await this.#processes.close?.()
  }

  async #start(): Promise<AgentProcess> {
    const started = await this.#processes.start()
    this.#current = started
    this.#starts += 1
    this.#about = { ...started.about, durable: true }
    void this.#watch(started)
    return started
  }

  async #watch(started: AgentProcess): Promise<void> {
    this.#ended = await started.gone
    if (this.#current === started) this.#current = undefined
  }

  #state(): ProcessState {
    const { pid } = this.#current ?? {}
    return {
      state: pid === undefined ? 'gone' : 'running',
      ...(pid === undefined ? {} : { pid }),
      starts: this.#starts,
      ...(this.#ended === undefined ? {} : { ended: this.#ended }),
    }
  }

  #routesOf(maxBodyBytes: number): Routes {
    return {
      'GET /api/agent': () => Promise.resolve(this.#state()),
      'POST /api/agent/kill': async ({ request }) => {
        await readBody(request, emptyBody, maxBodyBytes)
        const current = this.#current
        current?.kill('SIGKILL')
        await current?.gone
        return this.#state()
      },
      'POST /api/agent/start': async ({ request }) => {
        await readBody(request, emptyBody, maxBodyBytes)
        if (this.#closed) throw agentGone('the playground closes')
        await this.start()
        return this.#state()
      },
    }
  }
}

function isKnown(routes: Routes, method: string, path: string): boolean {
  try {
    findHandler(routes, method, path)
    return true
  } catch {
    return false // it is asked of an agent, or of nobody: the agent's process would say which
  }
}
