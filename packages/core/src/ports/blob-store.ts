/** The lesser port to large outputs: bytes of text by their digest. */

/**
 * Keeps texts by digest.
 *
 * Contract:
 * - `put` stores a text under its digest; putting it again changes nothing, also at the same time. [blob.put]
 * - `get` gives the text back to the letter, or undefined. [blob.get]
 * - No two digests share a text, and none is forgotten for others. [blob.digests]
 * - A text may have ten million characters. [blob.large]
 * - `sweep`, where there is one, removes the texts that nobody needs and that were last put at least so long ago; putting a text again
 *   counts, also at the same time. It tells how many it removed. [blob.sweep]
 */
export interface BlobStore {
  readonly contract: 1
  put(digest: string, text: string): Promise<void>
  get(digest: string): Promise<string | undefined>
  sweep?(options: SweepOptions): Promise<number>
}

export interface SweepOptions {
  readonly isNeeded: (digest: string) => boolean
  /** Milliseconds: whoever puts a text names it only afterwards. */
  readonly minimumAgeMs: number
}
