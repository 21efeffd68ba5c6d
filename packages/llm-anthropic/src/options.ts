/** What the front door takes, and the checks that refuse what cannot work. */
import { AgentError, type Clock, type JsonObject, type ModelInfo, type Price } from '@seamfold/core/kit'
import type { KnownModel } from './models.ts'
import { SMALLEST_BUDGET } from './thinking.ts'

export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** How the model thinks before it answers. Which ways there are depends on the model; `display` says whether its thoughts can be read. */
export type Thinking =
  | { readonly budgetTokens: number; readonly display?: 'summarized' | 'omitted' }
  | { readonly mode: 'adaptive'; readonly display?: 'summarized' | 'omitted' }
  | { readonly mode: 'between_tools' | 'off' }

export type AnthropicOptions = {
  /** E.g. `claude-sonnet-4-5`. */
  readonly model: string
  /** Default: the environment variable ANTHROPIC_API_KEY. Not needed where `headers` authenticate. */
  readonly apiKey?: string
  /** Default: the environment variable ANTHROPIC_BASE_URL, else the provider's own. With or without `/v1` at its end. */
  readonly baseURL?: string
  /** Sent with every request; they win over the SDK's own. */
  readonly headers?: Readonly<Record<string, string>>
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch
  /** Tokens that one answer may have. Default: 32,000 for known models, 8,192 for others. */
  readonly maxOutputTokens?: number
  /** Default: the model's own. */
  readonly thinking?: Thinking
  /** How much work goes into an answer. Default: the model's own. */
  readonly effort?: Effort
  /** How long the provider keeps the prompt, or `off` for no cache marks. Default: `5m`. */
  readonly cache?: '5m' | '1h' | 'off'
  /** Names for the `anthropic-beta` header. */
  readonly betas?: readonly string[]
  /** Fields that every request gets as they are, e.g. `{ service_tier: 'standard_only' }`; they win over ours. */
  readonly extraBody?: JsonObject
  /** Milliseconds to wait for the start of an answer. Default: no limit here, the runtime has its own. */
  readonly timeoutMs?: number
  /** Default: what is known of the model. */
  readonly contextWindow?: number
  readonly price?: Price
  readonly structuredOutput?: NonNullable<ModelInfo['structuredOutput']>
  /** Where the times of an answer are read. Default: the system's. */
  readonly clock?: Pick<Clock, 'now' | 'timer'>
}

/** Throws `invalid_argument` for options that the provider would refuse at every call. */
export function checkOptions(options: AnthropicOptions, known: KnownModel | undefined): void {
  const { model, thinking, maxOutputTokens, timeoutMs } = options
  if (typeof model !== 'string' || model === '') throw invalid(`model is ${JSON.stringify(model)}. Name one, e.g. 'claude-sonnet-4-5'`)
  positive('maxOutputTokens', maxOutputTokens)
  positive('timeoutMs', timeoutMs)
  if (known !== undefined && maxOutputTokens !== undefined && maxOutputTokens > known.maxOutputTokens)
    throw invalid(`maxOutputTokens is ${maxOutputTokens}, but ${model} writes at most ${known.maxOutputTokens}`)
  if (thinking === undefined) return
  const mode = 'mode' in thinking ? thinking.mode : 'budget'
  if (known?.thinking !== undefined && !known.thinking.includes(mode))
    throw invalid(
      `${model} does not think by '${mode}'. It takes ${known.thinking.map((name) => `'${name}'`).join(' or ')}, or leave thinking out`,
    )
  if ('budgetTokens' in thinking && !(thinking.budgetTokens >= SMALLEST_BUDGET))
    throw invalid(`thinking.budgetTokens is ${thinking.budgetTokens}; the least is ${SMALLEST_BUDGET}`)
}

/** The address without `/v1`, or undefined for the provider's own. Throws `invalid_argument` for one that is none. */
export function baseOf({ baseURL }: AnthropicOptions, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const base = (baseURL ?? environment['ANTHROPIC_BASE_URL'])?.trim()
  if (base === undefined || (base === '' && baseURL === undefined)) return undefined
  if (!/^https?:$/.test(URL.parse(base)?.protocol ?? ''))
    throw invalid(`baseURL is ${JSON.stringify(base)}, which is no http(s) address. Give one like https://api.anthropic.com`)
  return base.replace(/\/+$/, '').replace(/\/v1$/, '')
}

/** The key, or undefined where the headers authenticate. Throws `llm_unauthorized` when there is neither. */
export function keyOf(
  { apiKey, headers = {} }: AnthropicOptions,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const key = apiKey ?? environment['ANTHROPIC_API_KEY']
  const found = /[^\t\x20-\x7e\x80-\xff]/u.exec(key?.trim() ?? '')
  if (found !== null) {
    const point = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    throw new AgentError(
      'llm_unauthorized',
      `The key for Anthropic holds U+${point} as character ${found.index + 1}, which no header can carry: copy it anew`,
    )
  }
  if (key !== undefined && key.trim() !== '') return key
  if (Object.keys(headers).some((name) => /^(authorization|x-api-key)$/i.test(name))) return undefined
  throw new AgentError(
    'llm_unauthorized',
    'There is no key for Anthropic. Set the environment variable ANTHROPIC_API_KEY, or pass anthropic({ apiKey })',
  )
}

function positive(name: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isInteger(value) && value > 0)) throw invalid(`${name} is ${value}; give a whole number above 0`)
}

const invalid = (what: string): AgentError => new AgentError('invalid_argument', `anthropic({ … }): ${what}`)
