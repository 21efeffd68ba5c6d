/** From the token counts of the Responses API, which overlap, to those of the kit, which do not. */
import type { Usage } from '@seamfold/core/kit'
import { count } from '../count.ts'
import type { ResponsesUsage } from './wire.ts'

/** `input_tokens` includes what was read from and written to the cache, `output_tokens` includes reasoning. */
export function usageOf(wire: ResponsesUsage): Usage {
  const all = count(wire.input_tokens)
  const output = count(wire.output_tokens)
  const cacheRead = Math.min(all, count(wire.input_tokens_details?.cached_tokens))
  const cacheWrite = Math.min(all - cacheRead, count(wire.input_tokens_details?.cache_write_tokens))
  const reasoning = Math.min(output, count(wire.output_tokens_details?.reasoning_tokens))
  return { input: all - cacheRead - cacheWrite, output, cacheRead, cacheWrite, reasoning }
}
