/**
 * The token estimate: a fixed function of bytes, so that usage and cache hits can be computed and foretold.
 *
 * Text costs one token per four UTF-8 bytes, rounded up per block; an image costs `imageTokens`.
 */

/** Tokens that any image or document costs. */
export const imageTokens = 1_000

export const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4)

/** One block of a prompt, in the order in which the provider reads it. */
export type PromptSegment = {
  /** The bytes that the prompt cache compares. */
  readonly text: string
  readonly tokens: number
  /** Set where the request marks the end of a cacheable prefix. */
  readonly breakpoint?: '5m' | '1h'
}

export const totalTokens = (segments: readonly PromptSegment[]): number => segments.reduce((sum, segment) => sum + segment.tokens, 0)
