/** From the token counts of Chat Completions, which overlap, to those of the kit, which do not. */
import type { Usage } from '@seamfold/core/kit'
import { count } from '../count.ts'
import type { ChatUsage } from './wire.ts'

/**
 * `prompt_tokens` includes what was read from and written to the cache. `completion_tokens` includes reasoning, except where a
 * server counts reasoning beside it: then the total gives that away.
 */
export function usageOf(wire: ChatUsage): Usage {
  const prompt = count(wire.prompt_tokens)
  const completion = count(wire.completion_tokens)
  const details = wire.prompt_tokens_details
  const cacheRead = Math.min(prompt, count(details?.cached_tokens ?? wire.prompt_cache_hit_tokens ?? wire.cached_tokens))
  const cacheWrite = Math.min(prompt - cacheRead, count(details?.cache_write_tokens))
  const reasoning = count(wire.completion_tokens_details?.reasoning_tokens)
  const beside = reasoning > 0 && count(wire.total_tokens) === prompt + completion + reasoning
  const output = beside ? completion + reasoning : completion
  return { input: prompt - cacheRead - cacheWrite, output, cacheRead, cacheWrite, reasoning: Math.min(reasoning, output) }
}
