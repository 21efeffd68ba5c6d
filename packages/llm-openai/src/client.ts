/** Loads the official SDK at the first request and has it authenticate and send one ready-made body. */
import type { OpenAI } from 'openai'
import { usualFetch } from './node-fetch.ts'
import type { Settings } from './options.ts'

export type Send = (body: Uint8Array, signal: AbortSignal) => Promise<Response>

/** One SDK client per adapter, shared by all its requests. Retries are off: retrying is done once, above the adapter. */
export function sender(settings: Settings): Send {
  const path = settings.mode === 'responses' ? '/responses' : '/chat/completions'
  const headers = { 'content-type': 'application/json' }
  let loading: Promise<OpenAI> | undefined
  return async (body, signal) => {
    loading ??= load(settings)
    const client = await loading
    return await client.post(path, { body, headers, stream: true, signal, maxRetries: 0 }).asResponse()
  }
}

async function load({ apiKey, baseURL, options }: Settings): Promise<OpenAI> {
  const { OpenAI } = await import('openai')
  const send = options.fetch ?? usualFetch()
  return new OpenAI({
    apiKey,
    baseURL,
    ...(options.organization === undefined ? {} : { organization: options.organization }),
    ...(options.project === undefined ? {} : { project: options.project }),
    ...(options.headers === undefined ? {} : { defaultHeaders: { ...options.headers } }),
    ...(send === undefined ? {} : { fetch: send }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  })
}
