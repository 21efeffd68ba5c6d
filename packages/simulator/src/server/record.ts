/** Keeps what was asked and how it was judged, for tests to look at. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Api } from '../model/conversation.ts'
import type { RecordedUsage } from '../protocol/protocol.ts'

export type Verdict =
  | { readonly status: 'pending' }
  | { readonly status: 'accepted' }
  /** A rule of the provider was broken. */
  | { readonly status: 'refused'; readonly httpStatus: number; readonly rule: string; readonly message: string }
  /** The scenario asked for a failure. */
  | { readonly status: 'failed'; readonly httpStatus: number; readonly message: string }
  /** The scenario threw. */
  | { readonly status: 'scenario_error'; readonly message: string }

export type RecordedRequest = {
  readonly id: string
  /** From 1. */
  readonly number: number
  readonly api: Api | 'count_tokens' | 'models' | 'none'
  readonly method: string
  readonly path: string
  /** Without secrets. */
  readonly headers: Readonly<Record<string, string>>
  /** The parsed body; the text when it was not JSON. */
  readonly body: unknown
  /** Milliseconds since 1970, by the simulator's clock. */
  readonly at: number
  readonly verdict: Verdict
  readonly usage?: RecordedUsage
}

const secrets = new Set(['authorization', 'x-api-key', 'cookie', 'proxy-authorization', 'api-key'])

export const publicHeaders = (headers: IncomingHttpHeaders): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, secrets.has(name) ? '[hidden]' : String(value)]))

export interface RequestLog {
  add(request: RecordedRequest): void
  update(number: number, change: Partial<Pick<RecordedRequest, 'verdict' | 'usage'>>): void
  /** Copies, oldest first. */
  all(): readonly RecordedRequest[]
  clear(): void
}

/** Keeps the last `limit` requests. */
export function requestLog(limit: number): RequestLog {
  const kept = new Map<number, RecordedRequest>()
  return {
    add(request) {
      kept.set(request.number, request)
      const [oldest] = kept.keys()
      if (kept.size > limit && oldest !== undefined) kept.delete(oldest)
    },
    update(number, change) {
      const request = kept.get(number)
      if (request !== undefined) kept.set(number, { ...request, ...change })
    },
    all: () => structuredClone([...kept.values()]),
    clear: () => kept.clear(),
  }
}
