/** What is known of Anthropic's models: limits, prices and what their API takes. Read on 2026-11-21 from platform.claude.com. */
import type { Price } from '@seamfold/core/kit'

export type ThinkingMode = 'budget' | 'adaptive' | 'between_tools' | 'off'

export type KnownModel = {
  /** Tokens, in and out together. */
  readonly contextWindow: number
  /** Tokens of one answer. */
  readonly maxOutputTokens: number
  /** Undefined where the price depends on more than the number of tokens. */
  readonly price?: { readonly input: number; readonly output: number; readonly cacheRead: number }
  /** The ways of thinking that the API accepts. Undefined: not known, so nothing is refused here. */
  readonly thinking?: readonly ThinkingMode[]
  /** Thinks unless told not to. Default: false. */
  readonly thinksByDefault?: boolean
  /** Whether `tool_choice` may force a call. Default: true. */
  readonly forcedTools?: boolean
  /** Whether a thinking block is refused once anything before it in the conversation has changed. Default: false. */
  readonly bindsThinking?: boolean
}

const PRICES_AS_OF = '2026-11-21'

const opus4 = { price: { input: 5, output: 25, cacheRead: 0.5 } } as const
const sonnet4 = { price: { input: 3, output: 15, cacheRead: 0.3 } } as const
const small = { contextWindow: 200_000, maxOutputTokens: 64_000, thinking: ['budget', 'off'] } as const
const large = { contextWindow: 1_000_000, maxOutputTokens: 128_000 } as const
const bound = { ...large, thinksByDefault: true, forcedTools: false, bindsThinking: true } as const

const MODELS: Readonly<Record<string, KnownModel>> = {
  'claude-haiku-4-5': { ...small, price: { input: 1, output: 5, cacheRead: 0.1 } },
  'claude-sonnet-4-5': { ...small, ...sonnet4 },
  'claude-opus-4-5': { ...small, ...opus4 },
  'claude-sonnet-4-6': { ...sonnet4, contextWindow: 1_000_000, maxOutputTokens: 64_000, thinking: ['budget', 'adaptive', 'off'] },
  'claude-opus-4-6': { ...large, ...opus4, thinking: ['budget', 'adaptive', 'off'] },
  'claude-opus-4-7': { ...large, ...opus4, thinking: ['adaptive', 'off'] },
  'claude-opus-4-8': { ...large, ...opus4, thinking: ['adaptive', 'off'] },
  'claude-sonnet-5': { ...large, thinking: ['adaptive', 'off'], thinksByDefault: true, price: { input: 2, output: 10, cacheRead: 0.2 } },
  'claude-opus-5': { ...large, ...opus4, thinking: ['adaptive', 'off'], thinksByDefault: true },
  // Charges five times as much for prompts above 100,000 tokens, which one price cannot say.
  'claude-haiku-5-5': { ...large, thinking: ['adaptive', 'off'], thinksByDefault: true, bindsThinking: true },
  'claude-sonnet-5-5': { ...bound, thinking: ['adaptive', 'between_tools'], price: { input: 2, output: 10, cacheRead: 0.1 } },
  'claude-opus-5-5': { ...bound, thinking: ['adaptive'], price: { input: 4, output: 20, cacheRead: 0.2 } },
  'claude-fable-5-1': { ...bound, thinking: ['adaptive'], price: { input: 10, output: 50, cacheRead: 0.25 } },
}

/** The names of the models that are known. */
export const knownModels: readonly string[] = Object.keys(MODELS)

/** What is known of a model, by its name with or without a date at the end. */
export function knownModel(id: string): KnownModel | undefined {
  const name = id.replace(/[-@]\d{8}$/, '')
  return Object.hasOwn(MODELS, name) ? MODELS[name] : undefined
}

/** US dollars per million tokens; writing to the cache costs a quarter more than input, or twice as much to keep it for an hour. */
export function priceOf({ price }: KnownModel, keep: '5m' | '1h'): Price | undefined {
  return price === undefined ? undefined : { ...price, cacheWrite: price.input * (keep === '1h' ? 2 : 1.25), asOf: PRICES_AS_OF }
}
