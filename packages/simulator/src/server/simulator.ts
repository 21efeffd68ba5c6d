/** Starts a simulator on a loopback port. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { systemClock } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'
import { signerOf } from '../base/signer.ts'
import { anthropicCache } from '../cache/anthropic-cache.ts'
import { openAiCache } from '../cache/openai-cache.ts'
import { builtInModels } from '../model/model.ts'
import type { ModelProfile } from '../model/model.ts'
import type { Pace } from '../model/turn.ts'
import type { World } from '../protocol/world.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { exchangeOnce } from './exchange.ts'
import { issuedLedger } from './issued.ts'
import { requestLog } from './record.ts'
import type { RecordedRequest } from './record.ts'
import { responseStore } from './response-store.ts'
import { generators, pathOf, visitOther } from './routes.ts'
import { defaultPace } from './send.ts'

export type SimulatorOptions = {
  /** What the model does. */
  readonly scenario: Scenario
  /** Default: 0, any free port. */
  readonly port?: number
  /** Models beside, or instead of, the built-in ones of the same id. */
  readonly models?: readonly ModelProfile[]
  /** Makes ids and signatures; the same seed and requests give the same bytes. Default: `simulator`. */
  readonly seed?: string
  /** Default: the system's. */
  readonly clock?: Clock
  /** How answers travel, unless a turn says otherwise. Default: at once, one event per write. */
  readonly pace?: Partial<Pace>
  /** The keys that are accepted. Default: any key. */
  readonly apiKeys?: readonly string[]
  /** Smallest prefix that the prompt caches keep, in tokens. Default: the model's, mostly 1024. */
  readonly minimumCacheTokens?: number
  /** How many requests are remembered. Default: 1000. */
  readonly keepRequests?: number
}

export interface Simulator {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string
  /** Base URL for Anthropic clients. */
  readonly anthropicBaseUrl: string
  /** Base URL for OpenAI clients, `/v1` included. */
  readonly openaiBaseUrl: string
  /** Copies of the requests so far, oldest first. */
  readonly requests: readonly RecordedRequest[]
  /** Forgets requests, caches and stored responses, and starts the scenario (or another one) anew. */
  reset(options?: { readonly scenario?: Scenario }): void
  /** Closes the server and all its connections. May be called more than once. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

function worldOf(options: SimulatorOptions, clock: Clock): World {
  const models = new Map([...builtInModels, ...(options.models ?? [])].map((model) => [model.id, model]))
  return {
    models,
    signer: signerOf(options.seed ?? 'simulator'),
    issued: issuedLedger(),
    responses: responseStore(),
    anthropicCache: anthropicCache(clock),
    openAiCache: openAiCache(clock),
    clock,
    minimumCacheTokens: options.minimumCacheTokens,
    apiKeys: options.apiKeys === undefined ? undefined : new Set(options.apiKeys),
  }
}

async function listening(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    throw new Error(`Port ${port} is in use on 127.0.0.1. Stop what uses it, or leave \`port\` out to get a free one.`, { cause: error })
  }
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

/** Rejects when the port is taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const world = worldOf(options, options.clock ?? systemClock)
  const log = requestLog(options.keepRequests ?? 1_000)
  const seed = options.seed ?? 'simulator'
  const pace = { ...defaultPace, ...options.pace }
  let { scenario } = options
  let number = 0
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    number += 1
    const visit = { request, response, world, log, number, seed }
    const protocol = request.method === 'POST' ? generators.get(pathOf(request)) : undefined
    await (protocol === undefined ? visitOther(visit) : exchangeOnce({ ...visit, protocol, scenario, pace }))
  }
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy()) // the client sees a broken connection
  })
  const url = `http://127.0.0.1:${await listening(server, options.port ?? 0)}`
  let closing: Promise<void> | undefined
  const shut = async (): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const close = (): Promise<void> => (closing ??= shut())
  return {
    url,
    anthropicBaseUrl: url,
    openaiBaseUrl: `${url}/v1`,
    get requests() {
      return log.all()
    },
    reset(change = {}) {
      scenario = change.scenario ?? scenario
      scenario.reset?.()
      number = 0
      for (const memory of [log, world.issued, world.responses, world.anthropicCache, world.openAiCache]) memory.clear()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
