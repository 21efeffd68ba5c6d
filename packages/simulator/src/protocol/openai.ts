/** What the two OpenAI protocols have in common: keys, errors, looking a model up. */
import type { IncomingHttpHeaders } from 'node:http'
import type { FailureTurn } from '../model/turn.ts'
import type { Refusal } from '../rules/rule.ts'
import type { ProviderError } from './protocol.ts'
import type { World } from './world.ts'

const unauthorized = (message: string, code?: string): Refusal => ({
  rule: 'openai.api_key',
  status: 401,
  message,
  ...(code === undefined ? {} : { code }),
})

export function authenticateOpenAi(headers: IncomingHttpHeaders, world: World): Refusal | undefined {
  const key = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
  if (key === undefined)
    return unauthorized(
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
    )
  if (world.apiKeys === undefined || world.apiKeys.has(key)) return undefined
  return unauthorized(`Incorrect API key provided: ${key.slice(0, 3)}***${key.slice(-4)}.`, 'invalid_api_key')
}

type Words = { readonly type: string; readonly message: string; readonly code?: string }

const words: Readonly<Record<number, Words>> = {
  400: { type: 'invalid_request_error', message: 'The request is invalid.' },
  401: { type: 'invalid_request_error', message: 'Incorrect API key provided.', code: 'invalid_api_key' },
  403: { type: 'invalid_request_error', message: 'You do not have access to this resource.', code: 'unsupported_country_region_territory' },
  404: { type: 'invalid_request_error', message: 'Not found.' },
  429: { type: 'requests', message: 'Rate limit reached. Please try again later.', code: 'rate_limit_exceeded' },
  503: {
    type: 'server_error',
    message: 'The server is currently overloaded with other requests. Sorry about that! You can retry your request.',
  },
}

const other: Words = { type: 'server_error', message: 'The server had an error while processing your request. Sorry about that!' }

export function openAiFailure(turn: FailureTurn): ProviderError {
  const status = turn.status === 'overloaded' ? 503 : turn.status
  const usual = words[status] ?? other
  const code = turn.code ?? usual.code
  return { status, type: turn.errorType ?? usual.type, message: turn.message ?? usual.message, ...(code === undefined ? {} : { code }) }
}

export const openAiErrorBody = (error: Omit<ProviderError, 'status'>): { readonly error: object } => ({
  error: { message: error.message, type: error.type, param: error.param ?? null, code: error.code ?? null },
})
