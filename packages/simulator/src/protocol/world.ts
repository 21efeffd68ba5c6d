/** What one simulator knows and remembers. */
import type { Clock } from '../base/clock.ts'
import type { Signer } from '../base/signer.ts'
import type { AnthropicCache } from '../cache/anthropic-cache.ts'
import type { OpenAiCache } from '../cache/openai-cache.ts'
import type { ModelProfile } from '../model/model.ts'
import type { IssuedLedger } from '../server/issued.ts'
import type { ResponseStore } from '../server/response-store.ts'

export type World = {
  readonly models: ReadonlyMap<string, ModelProfile>
  readonly signer: Signer
  readonly issued: IssuedLedger
  readonly responses: ResponseStore
  readonly anthropicCache: AnthropicCache
  readonly openAiCache: OpenAiCache
  readonly clock: Clock
  /** Overrides every model's smallest cacheable prefix, in tokens. */
  readonly minimumCacheTokens: number | undefined
  /** The keys that are accepted; `undefined` accepts any. */
  readonly apiKeys: ReadonlySet<string> | undefined
}

/** Smallest prefix that the cache keeps for this model, in tokens. */
export const minimumCacheTokens = (world: World, model: ModelProfile): number =>
  world.minimumCacheTokens ?? model.minimumCacheTokens ?? 1_024
