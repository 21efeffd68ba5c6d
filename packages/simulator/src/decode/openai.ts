/** What both OpenAI requests are decoded with. */
import type { ConversationPart } from '../model/conversation.ts'
import { imageTokens, tokensOf } from '../model/tokens.ts'
import type { PromptSegment } from '../model/tokens.ts'

/** An image by its address: the media type of a data URL, else `url`. */
export const imageAt = (url: string): ConversationPart => ({ type: 'image', mediaType: /^data:([^;,]*)/.exec(url)?.[1] ?? 'url' })

/** A part of the prompt that the cache compares as one. */
export function segment(label: string, value: unknown): PromptSegment {
  const text = `${label}${JSON.stringify(value)}`
  return { text, tokens: tokensOf(text) }
}

/** What holds images: itself without them, then each of them. */
export const segmentsWith = (images: readonly unknown[], rest: unknown): readonly PromptSegment[] => [
  segment('', rest),
  ...images.map((image) => ({ text: JSON.stringify(image), tokens: imageTokens })),
]
