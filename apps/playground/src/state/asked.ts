/** Tells what changed from one request to the next, and what a provider's cache made of it. */
import type { Usage } from '@seamfold/core/kit'
import type { Asked } from '../api/types.ts'
import { formatCount, formatDuration } from '../text/format.ts'

export type AskedChange = {
  readonly part: 'model' | 'tools' | 'system' | 'messages'
  readonly words: string
  /** What was sent before is no longer at the start of what is sent now. */
  readonly breaks: boolean
}

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

/** In the order in which providers read a request. Empty for the first one. */
export function askedChanges({ before, model, digests, note, system, messages }: Asked): readonly AskedChange[] {
  if (before === undefined) return []
  const { dropped, shared } = before
  const added = messages.length - shared
  const changes: AskedChange[] = []
  if (before.model !== model) changes.push({ part: 'model', words: `another model: ${before.model} before, ${model} now`, breaks: true })
  if (before.digests.tools !== digests.tools || String(before.note?.tools) !== String(note?.tools))
    changes.push({ part: 'tools', words: 'other tools', breaks: true })
  if (before.system !== undefined && before.system !== system)
    changes.push({ part: 'system', words: 'another system prompt', breaks: true })
  if (dropped.length > 0)
    changes.push({
      part: 'messages',
      words: `${plural(dropped.length, 'message')} from number ${shared + 1} on replaced by ${added}`,
      breaks: true,
    })
  else if (added > 0) changes.push({ part: 'messages', words: `${plural(added, 'message')} added at the end`, breaks: false })
  return changes
}

export type CacheStory = {
  /** Share of what was sent that the provider had cached, from 0 to 1. */
  readonly share: number
  readonly words: string
  readonly tone: 'good' | 'bad' | 'plain'
}

/** Of what was sent before, so much has to come from the cache for it to count as kept: providers round to blocks. */
const keptShare = 0.8
/** Milliseconds after which providers forget, unless told otherwise. */
const lifetimeMs = 5 * 60_000

const sent = ({ input, cacheRead, cacheWrite }: Usage): number => input + cacheRead + cacheWrite

/** `usage` is what the provider told of this request, `earlier` what it told of the one before. */
export function cacheStory(asked: Asked, usage: Usage, earlier: Usage | undefined): CacheStory {
  const share = sent(usage) === 0 ? 0 : usage.cacheRead / sent(usage)
  const had = `${formatCount(usage.cacheRead)} of ${formatCount(sent(usage))} tokens came from the cache`
  const { before } = asked
  if (before === undefined || earlier === undefined) return { share, words: `${had}: there was no request before`, tone: 'plain' }
  if (usage.cacheRead >= sent(earlier) * keptShare) return { share, words: `${had}: all that was sent before`, tone: 'good' }
  if (earlier.cacheRead + earlier.cacheWrite === 0 && usage.cacheRead === 0)
    return { share, words: `${had}: the provider had cached nothing of the request before`, tone: 'plain' }
  const broke = askedChanges(asked).find(({ breaks }) => breaks)
  if (broke !== undefined) return { share, words: `${had}. What broke it first: ${broke.words}`, tone: 'bad' }
  const gap = asked.timestamp - before.timestamp
  const why =
    gap > lifetimeMs
      ? `${formatDuration(gap)} passed since the request before, and providers forget after about five minutes`
      : 'what was sent before is sent again unchanged, so the provider did not keep it'
  return { share, words: `${had}: ${why}`, tone: 'bad' }
}
