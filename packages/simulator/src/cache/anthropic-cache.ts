/** Anthropic's prompt cache: prefixes that end at a marked block, kept for five minutes or an hour. */
import { createHash } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { totalTokens } from '../model/tokens.ts'
import type { PromptSegment } from '../model/tokens.ts'

export type AnthropicCacheUse = {
  /** Prompt tokens that were neither read nor written. */
  readonly input: number
  readonly read: number
  readonly written5m: number
  readonly written1h: number
}

export interface AnthropicCache {
  /** Reads and writes the cache for one request. */
  use(model: string, segments: readonly PromptSegment[], minimumTokens: number): AnthropicCacheUse
  clear(): void
}

/** Positions that are looked at for each mark, the marked block itself included. */
const lookback = 20
const lifetimes = { '5m': 300_000, '1h': 3_600_000 } as const

type Prefix = { readonly digest: string; readonly tokens: number; readonly breakpoint?: '5m' | '1h' }

function prefixes(model: string, segments: readonly PromptSegment[]): readonly Prefix[] {
  const hash = createHash('sha256').update(model)
  let tokens = 0
  return segments.map((segment) => {
    hash.update(`\n${Buffer.byteLength(segment.text)}\n`).update(segment.text)
    tokens += segment.tokens
    const digest = hash.copy().digest('base64')
    return segment.breakpoint === undefined ? { digest, tokens } : { digest, tokens, breakpoint: segment.breakpoint }
  })
}

export function anthropicCache(clock: Clock): AnthropicCache {
  const entries = new Map<string, { expires: number; readonly lifetime: number }>()
  const alive = (digest: string, now: number): boolean => {
    const entry = entries.get(digest)
    if (entry === undefined) return false
    if (entry.expires > now) return true
    entries.delete(digest)
    return false
  }
  return {
    use(model, segments, minimumTokens) {
      const now = clock.now()
      const all = prefixes(model, segments)
      const marked = [...all.entries()].filter(([, prefix]) => prefix.breakpoint !== undefined && prefix.tokens >= minimumTokens)
      const positions = marked.flatMap(([at]) => Array.from({ length: Math.min(lookback, at + 1) }, (_, back) => at - back))
      const hit = all[positions.toSorted((left, right) => right - left).find((at) => alive(all[at]?.digest ?? '', now)) ?? -1]
      const entry = hit === undefined ? undefined : entries.get(hit.digest)
      if (entry !== undefined) entry.expires = now + entry.lifetime
      const written = { '5m': 0, '1h': 0 }
      let covered = hit?.tokens ?? 0
      for (const [, { breakpoint, tokens, digest }] of marked) {
        const lifetime = lifetimes[breakpoint ?? '5m']
        if (tokens > covered) {
          written[breakpoint ?? '5m'] += tokens - covered
          covered = tokens
        }
        entries.set(digest, { expires: now + lifetime, lifetime })
      }
      const read = hit?.tokens ?? 0
      return {
        input: totalTokens(segments) - read - written['5m'] - written['1h'],
        read,
        written5m: written['5m'],
        written1h: written['1h'],
      }
    },
    clear: () => entries.clear(),
  }
}
