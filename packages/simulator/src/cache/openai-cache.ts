/** OpenAI's prompt cache: automatic, in steps of 128 tokens from 1024 on, kept for a while after the last use. */
import { createHash } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { PromptSegment } from '../model/tokens.ts'

export interface OpenAiCache {
  /** The tokens of this prompt that were in the cache; keeps the prompt for the next. */
  use(namespace: string, segments: readonly PromptSegment[], minimumTokens: number): number
  clear(): void
}

const step = 128
const lifetime = 300_000

/** Digests of the prompt's beginnings at every 128 tokens; a token is four bytes of its segment. */
function boundaries(namespace: string, segments: readonly PromptSegment[], minimumTokens: number): readonly (readonly [number, string])[] {
  const hash = createHash('sha256').update(namespace)
  const found: (readonly [number, string])[] = []
  let count = 0
  for (const segment of segments) {
    const bytes = Buffer.from(segment.text)
    const natural = Math.ceil(bytes.length / 4)
    // a segment whose tokens are not its bytes (an image) is hashed whole, before its first token
    if (natural !== segment.tokens) hash.update(bytes)
    let done = 0
    while (done < segment.tokens) {
      const take = Math.min(step - (count % step), segment.tokens - done)
      hash.update(natural === segment.tokens ? bytes.subarray(done * 4, (done + take) * 4) : `${take}`)
      done += take
      count += take
      if (count % step === 0 && count >= minimumTokens) found.push([count, hash.copy().digest('base64')])
    }
  }
  return found
}

export function openAiCache(clock: Clock): OpenAiCache {
  const entries = new Map<string, number>()
  const sweep = (now: number): void => {
    if (entries.size < 100_000) return
    for (const [digest, expires] of entries) if (expires <= now) entries.delete(digest)
  }
  return {
    use(namespace, segments, minimumTokens) {
      const now = clock.now()
      sweep(now)
      const all = boundaries(namespace, segments, minimumTokens)
      const hit = all.findLast(([, digest]) => (entries.get(digest) ?? 0) > now)
      for (const [, digest] of all) entries.set(digest, now + lifetime)
      return hit?.[0] ?? 0
    },
    clear: () => entries.clear(),
  }
}
