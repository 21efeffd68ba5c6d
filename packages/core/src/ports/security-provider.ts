/** The seam to whoever knows the secrets: keeps them out of texts, and gives them to tools that are allowed to have them. */

/** One text that comes in pieces. */
export interface TextTap {
  /** Takes the next piece; gives what can be shown by now, which may be nothing. */
  push(piece: string): string
  /** The text is over: gives the rest. */
  end(): string
}

export type ResolveOptions = {
  /** The tool that is about to run with it. */
  readonly tool: string
  readonly signal: AbortSignal
}

/**
 * Knows secrets.
 *
 * Contract of `redact`:
 * - No secret comes out: where one stands, or several that overlap, stands `[redacted:NAME]`. [security.redact] [security.overlap]
 * - So too in base64 at any offset, URL-escaped, JSON-escaped, and in hexadecimal. [security.encoded]
 * - A secret always has the same replacement, and redacting twice changes nothing more. [security.stable] [security.twice]
 * - A text without secrets stays as it is, to the letter. [security.verbatim]
 *
 * Contract of `tap`:
 * - However the text is cut, what comes out adds up to `redact` of the whole. [security.pieces]
 * - It holds back only what may be the beginning of a secret, and gives it at the end. [security.prompt]
 * - Two taps do not mix. [security.taps]
 *
 * Contract of `resolve`:
 * - It gives the secret that is offered under a name; undefined for a name that is not. [security.resolve] [security.unknown]
 * - What it gave is a secret from then on, also for taps that are under way. [security.learned]
 * - When the signal fires it stops promptly and throws the signal's reason. [security.cancel]
 */
export interface SecurityProvider {
  readonly contract: 1
  /** Names that models may be told of: what they may refer to as `secret://NAME`. */
  readonly names: readonly string[]
  redact(text: string): string
  tap(): TextTap
  resolve(name: string, options: ResolveOptions): Promise<string | undefined>
}
