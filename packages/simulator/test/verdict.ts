/** Sends raw requests and tables of them, to see how they are judged. */
import type { Simulator, Verdict } from '../src/index.ts'

export type Body = Readonly<Record<string, unknown>>

/** What the tests read of an answer. */
export type Answer = {
  readonly error?: { readonly message: string; readonly type: string; readonly param?: string | null; readonly code?: string | null }
  readonly id: string
  readonly content: readonly Body[]
  readonly output: readonly Body[]
  readonly choices: readonly { readonly message: Body }[]
  readonly usage: Body
}

/** Sends a body as it is and gives the parsed answer. */
export type Send = (
  body: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly json: Answer }>

type Made = object | string | ((send: Send) => Promise<unknown>)

export type RefusedCase = {
  /** The rule that must refuse it. */
  readonly rule: string
  readonly title: string
  readonly body: Made
  readonly headers?: Readonly<Record<string, string>>
  /** Default: 400. */
  readonly status?: number
  /** Default: `invalid_request_error`. */
  readonly type?: string
  readonly says: string
  readonly param?: string | null
  readonly code?: string | null
}

export type AcceptedCase = { readonly title: string; readonly body: Made; readonly headers?: Readonly<Record<string, string>> }

export const anthropicHeaders: Readonly<Record<string, string>> = {
  'x-api-key': 'test',
  'anthropic-version': '2026-10-21',
  'content-type': 'application/json',
}
export const openAiHeaders: Readonly<Record<string, string>> = { authorization: 'Bearer test', 'content-type': 'application/json' }

export const sender =
  (url: string, usual: Readonly<Record<string, string>>): Send =>
  async (body, headers) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: headers ?? usual,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, json: (await response.json()) as Answer }
  }

export type Judged = { readonly status: number; readonly error: NonNullable<Answer['error']> | null; readonly verdict: Verdict | undefined }

/** Sends a case and tells what came of it. */
export async function judge(simulator: Simulator, send: Send, given: Pick<AcceptedCase, 'body' | 'headers'>): Promise<Judged> {
  const body = typeof given.body === 'function' ? await given.body(send) : given.body
  const { status, json } = await send(body, given.headers)
  return { status, error: json.error ?? null, verdict: simulator.requests.at(-1)?.verdict }
}

/** What a refused case has to come to, for `toMatchObject`. */
export const expected = (refused: RefusedCase): object => ({
  status: refused.status ?? 400,
  verdict: { status: 'refused', rule: refused.rule },
  error: {
    type: refused.type ?? 'invalid_request_error',
    ...(refused.param === undefined ? {} : { param: refused.param }),
    ...(refused.code === undefined ? {} : { code: refused.code }),
  },
})
