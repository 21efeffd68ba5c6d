/** One algebra for tokens, whatever a provider calls them. */

/**
 * Tokens of one or more model calls. `input` leaves out what was read from or written to a cache, so
 * `input + cacheRead + cacheWrite` is all that went in; `output` is all that came out and includes `reasoning`.
 */
export type Usage = {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly reasoning: number
}

export const noUsage: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }

export const addUsage = (a: Usage, b: Usage): Usage => ({
  input: a.input + b.input,
  output: a.output + b.output,
  cacheRead: a.cacheRead + b.cacheRead,
  cacheWrite: a.cacheWrite + b.cacheWrite,
  reasoning: a.reasoning + b.reasoning,
})

/** Everything that was processed, in and out. */
export const totalTokens = (usage: Usage): number => usage.input + usage.cacheRead + usage.cacheWrite + usage.output

/** US dollars per million tokens, and the day on which the price was read (ISO date). */
export type Price = {
  readonly input: number
  readonly output: number
  /** Default: the input price. */
  readonly cacheRead?: number
  /** Default: the input price. */
  readonly cacheWrite?: number
  readonly asOf?: string
}

/** What this usage costs in US dollars at this price. */
export const costOf = (usage: Usage, { input, output, cacheRead = input, cacheWrite = input }: Price): number =>
  (usage.input * input + usage.output * output + usage.cacheRead * cacheRead + usage.cacheWrite * cacheWrite) / 1e6
