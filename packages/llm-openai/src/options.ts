/** What `openai({…})` takes, and how it is completed from the environment and checked before anything is sent. */
import { AgentError, type JsonObject, type ModelInfo, type Price } from '@seamfold/core/kit'
import { knownModel } from './models.ts'
import { checkSendable } from './sendable.ts'

/** Which of the two protocols to speak. */
export type OpenAiMode = 'responses' | 'chat'

/** How hard a reasoning model thinks, and whether it shows a summary of it (`responses` only). Default: the model's own. */
export type OpenAiReasoning = {
  readonly effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'
  readonly summary?: 'auto' | 'concise' | 'detailed'
}

export type OpenAiOptions = {
  /** The model's id, as the server knows it. */
  readonly model: string
  /** Default: the variable OPENAI_API_KEY. A function is asked before every request. For a server without keys: `'none'`. */
  readonly apiKey?: string | (() => Promise<string>)
  /** Up to and including the version, e.g. `http://localhost:11434/v1`. Default: OPENAI_BASE_URL, else `https://api.openai.com/v1`. */
  readonly baseURL?: string
  /** Default: OPENAI_ORG_ID. */
  readonly organization?: string
  /** Default: OPENAI_PROJECT_ID. */
  readonly project?: string
  /** Sent with every request; `null` takes a header of the SDK out. */
  readonly headers?: Readonly<Record<string, string | null>>
  /**
   * Sends the requests: proxies, client certificates, own transports. Default: `nodeFetch()` on Node, the global `fetch` elsewhere
   * and where NODE_USE_ENV_PROXY is set.
   */
  readonly fetch?: typeof globalThis.fetch
  /** Default: `responses` for api.openai.com, `chat` everywhere else. */
  readonly mode?: OpenAiMode
  /** Who answers, as errors and reasoning blocks name it. Default: `openai-responses` or `openai-chat`, by mode. */
  readonly provider?: string
  /** Tokens of one answer where the request names no limit. Default: the model's own limit. */
  readonly maxOutputTokens?: number
  readonly reasoning?: OpenAiReasoning
  /** Default: the model's own. */
  readonly temperature?: number
  /** Fields for every request body, over those of this adapter; `null` takes a field out. */
  readonly extraBody?: JsonObject
  /** How answers are held to a schema. Default: `native` for api.openai.com and for models that this package knows, else `tool`. */
  readonly structuredOutput?: 'native' | 'tool' | 'prompt'
  /** Default: OpenAI's list price for a model that this package knows at api.openai.com, else unknown. */
  readonly price?: Price
  /** Tokens, in and out together. Default: that of a model that this package knows, else unknown. */
  readonly contextWindow?: number
  /** Milliseconds to wait for the first byte of an answer. Default: 600,000. */
  readonly timeoutMs?: number
}

/** Options with every default filled in. */
export type Settings = {
  readonly options: OpenAiOptions
  readonly apiKey: string | (() => Promise<string>)
  readonly baseURL: string
  /** Whether api.openai.com itself answers. */
  readonly official: boolean
  readonly mode: OpenAiMode
  readonly model: ModelInfo
}

/** @throws AgentError `invalid_argument` for an option that cannot be right, `llm_unauthorized` for a key that is missing or cannot be sent. */
export function settingsOf(options: OpenAiOptions): Settings {
  if (options.model === '')
    throw new AgentError('invalid_argument', 'The option model is empty: name a model, e.g. openai({ model: "gpt-5.4" })')
  positive('maxOutputTokens', options.maxOutputTokens)
  positive('contextWindow', options.contextWindow)
  positive('timeoutMs', options.timeoutMs)
  const baseURL = options.baseURL ?? variable('OPENAI_BASE_URL') ?? 'https://api.openai.com/v1'
  const official = isOfficial(baseURL)
  const mode = options.mode ?? (official ? 'responses' : 'chat')
  const apiKey = options.apiKey ?? keyFor(baseURL)
  checkSendable(options, apiKey)
  return { options, apiKey, baseURL, official, mode, model: infoOf(options, { official, mode }) }
}

function infoOf(options: OpenAiOptions, { official, mode }: { official: boolean; mode: OpenAiMode }): ModelInfo {
  const known = knownModel(options.model)
  const contextWindow = options.contextWindow ?? known?.contextWindow
  const maxOutputTokens = options.maxOutputTokens ?? known?.maxOutputTokens
  const price = options.price ?? (official ? known?.price : undefined)
  return {
    provider: options.provider ?? `openai-${mode}`,
    id: options.model,
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(price === undefined ? {} : { price }),
    structuredOutput: options.structuredOutput ?? (official || known !== undefined ? 'native' : 'tool'),
  }
}

function positive(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return
  throw new AgentError('invalid_argument', `The option ${name} is ${value}: give a whole number above zero, or leave it out`)
}

/** The host api.openai.com, or one of its regions (e.g. eu.api.openai.com). */
function isOfficial(baseURL: string): boolean {
  const url = URL.parse(baseURL)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new AgentError(
      'invalid_argument',
      `The base URL ${JSON.stringify(baseURL)} is not an http(s) address: give one like http://localhost:11434/v1`,
    )
  }
  const path = /\/(chat\/completions|responses)\/?$/.exec(url.pathname)
  if (path !== null) {
    throw new AgentError('invalid_argument', `The base URL ${baseURL} names an endpoint: leave ${path[0]} out, it is added by the mode`)
  }
  return url.hostname === 'api.openai.com' || url.hostname.endsWith('.api.openai.com')
}

function keyFor(baseURL: string): string {
  const key = variable('OPENAI_API_KEY')
  if (key !== undefined) return key
  throw new AgentError(
    'llm_unauthorized',
    `No key for ${baseURL}: set the variable OPENAI_API_KEY or pass openai({ apiKey }); for a server that wants no key pass apiKey: 'none'`,
  )
}

/** An environment variable that is set to something; undefined where there is no environment. */
function variable(name: string): string | undefined {
  const host = globalThis as { process?: { env?: Record<string, string | undefined> } }
  const value = host.process?.env?.[name]?.trim()
  return value === '' ? undefined : value
}
