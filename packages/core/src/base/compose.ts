/** Folds wraps around a core call. */

export type Wrap<I, O> = (input: I, next: (input: I) => O) => O

/** The first wrap is the outermost. `next` may be called again. Without wraps the core itself comes back. */
export function compose<I, O>(wraps: readonly Wrap<I, O>[], core: (input: I) => O): (input: I) => O {
  return wraps.reduceRight<(input: I) => O>((next, wrap) => (input) => wrap(input, next), core)
}
