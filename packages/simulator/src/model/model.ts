/** The models that the simulator knows, with the limits and rules that differ between them. */

export type ModelProfile = {
  readonly id: string
  readonly provider: 'anthropic' | 'openai'
  /** Tokens of prompt and answer together. */
  readonly contextWindow: number
  readonly maxOutputTokens: number
  /** Anthropic: which `thinking.type` values turn reasoning on. OpenAI: any value makes it a reasoning model. Default: none. */
  readonly thinking?: readonly ('enabled' | 'adaptive' | 'between_tools')[]
  /** Anthropic: whether it thinks unless the request says `disabled`. Default: false. */
  readonly thinksByDefault?: boolean
  /** Anthropic: whether `disabled` is refused. Default: false. */
  readonly alwaysThinks?: boolean
  /** Anthropic: what of the thinking is shown unless the request says. Default: `summarized`. */
  readonly thinkingDisplay?: 'summarized' | 'omitted'
  /** Anthropic: whether a tool choice may force a call. Default: true. */
  readonly forcedToolUse?: boolean
  /** Whether `temperature` and `top_p` may be chosen. Default: true, false for OpenAI reasoning models. */
  readonly sampling?: boolean
  /** Whether the conversation may end with an assistant message that the model continues. Default: true. */
  readonly prefill?: boolean
  /** Whether images are understood. Default: true. */
  readonly images?: boolean
  /** Smallest prefix, in tokens, that the prompt cache keeps. Default: 1024. */
  readonly minimumCacheTokens?: number
  /** Chat Completions field in which a compatible server shows its reasoning. Default: none, as the provider does. */
  readonly reasoningField?: 'reasoning_content' | 'reasoning'
}

const claude = (id: string, rest: Partial<ModelProfile> = {}): ModelProfile => ({
  id,
  provider: 'anthropic',
  contextWindow: 200_000,
  maxOutputTokens: 64_000,
  thinking: ['enabled'],
  ...rest,
})

const gpt = (id: string, rest: Partial<ModelProfile> = {}): ModelProfile => ({
  id,
  provider: 'openai',
  contextWindow: 400_000,
  maxOutputTokens: 128_000,
  ...rest,
})

const both = ['enabled', 'adaptive'] as const
const large = { sampling: false, prefill: false, thinkingDisplay: 'omitted', contextWindow: 1_000_000, maxOutputTokens: 128_000 } as const
const fifth = { ...large, thinking: ['adaptive'], thinksByDefault: true } as const
const latest = { ...fifth, thinking: ['adaptive', 'between_tools'], forcedToolUse: false } as const
const reasoning = { thinking: ['enabled'] } as const

export const builtInModels: readonly ModelProfile[] = [
  claude('claude-sonnet-4-5'),
  claude('claude-sonnet-4-5-20250929'),
  claude('claude-haiku-4-5', { minimumCacheTokens: 4096 }),
  claude('claude-haiku-4-5-20251001', { minimumCacheTokens: 4096 }),
  claude('claude-opus-4-5', { minimumCacheTokens: 4096 }),
  claude('claude-opus-4-6', { thinking: both, prefill: false, minimumCacheTokens: 4096, maxOutputTokens: 128_000 }),
  claude('claude-sonnet-4-6', { thinking: both, prefill: false }),
  claude('claude-opus-4-7', { ...large, thinking: ['adaptive'], minimumCacheTokens: 4096 }),
  claude('claude-opus-4-8', { ...large, thinking: ['adaptive'], minimumCacheTokens: 4096 }),
  claude('claude-sonnet-5', fifth),
  claude('claude-opus-5', fifth),
  claude('claude-haiku-5-5', latest),
  claude('claude-sonnet-5-5', latest),
  claude('claude-opus-5-5', { ...latest, alwaysThinks: true }),
  claude('claude-fable-5-1', { ...latest, alwaysThinks: true }),
  gpt('gpt-4o', { contextWindow: 128_000, maxOutputTokens: 16_384 }),
  gpt('gpt-4o-mini', { contextWindow: 128_000, maxOutputTokens: 16_384 }),
  gpt('gpt-4.1', { contextWindow: 1_047_576, maxOutputTokens: 32_768 }),
  gpt('gpt-4.1-mini', { contextWindow: 1_047_576, maxOutputTokens: 32_768 }),
  gpt('gpt-4.1-nano', { contextWindow: 1_047_576, maxOutputTokens: 32_768 }),
  gpt('o3', { ...reasoning, contextWindow: 200_000, maxOutputTokens: 100_000 }),
  gpt('o4-mini', { ...reasoning, contextWindow: 200_000, maxOutputTokens: 100_000 }),
  gpt('gpt-5', reasoning),
  gpt('gpt-5-mini', reasoning),
  gpt('gpt-5-nano', reasoning),
  gpt('gpt-5.1', reasoning),
  gpt('gpt-5.2', reasoning),
  gpt('gpt-5.4', reasoning),
  gpt('gpt-5.4-mini', reasoning),
  gpt('gpt-5.5', reasoning),
  gpt('gpt-5.6-sol', reasoning),
  gpt('gpt-5.6-luna', reasoning),
  gpt('gpt-6-sol', reasoning),
  gpt('gpt-6-luna', reasoning),
]

export const reasons = (model: ModelProfile): boolean => (model.thinking?.length ?? 0) > 0

export const allowsSampling = (model: ModelProfile): boolean => model.sampling ?? !(model.provider === 'openai' && reasons(model))
